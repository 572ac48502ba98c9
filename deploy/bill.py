"""`python -m deploy.bill`: the bill of materials (CycloneDX) of what is delivered, from what is locked and vendored."""

import re
from collections.abc import Iterator

import typer
from cyclonedx.model import HashAlgorithm, HashType
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL

from deploy.runner.environment import PROJECT
from deploy.vendor import MODULES, sums

LOCK = PROJECT / "requirements.lock"
PACKAGE = re.compile(r"^([a-z0-9._-]+)==([^\s;\\]+)(.*?)(?=^[a-z]|\Z)", re.MULTILINE | re.DOTALL)
HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")


def bill() -> Bom:
    """Every locked package with the hashes of its archives, and every library of the page with those of its files."""
    return Bom(components=[*_packages(LOCK.read_text()), *_libraries()])


def _packages(lock: str) -> Iterator[Component]:
    for name, version, rest in PACKAGE.findall(lock):
        yield _component("pypi", name, version, HASH.findall(rest))


def _libraries() -> Iterator[Component]:
    hashes = sums()
    for name, version in sorted({(name, version) for name, version, _, _ in MODULES}):
        files = sorted(here for owner, _, _, here in MODULES if owner == name)
        yield _component("npm", name, version, [hashes[file] for file in files])


def _component(kind: str, name: str, version: str, hashes: list[str]) -> Component:
    namespace, _, plain = name.rpartition("/")
    url = PackageURL(kind, namespace or None, plain, version)
    return Component(
        type=ComponentType.LIBRARY,
        name=name,
        version=version,
        purl=url,
        bom_ref=str(url),
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=content) for content in hashes],
    )


def main() -> None:
    """Prints it as JSON."""
    typer.echo(JsonV1Dot6(bill()).output_as_string(indent=2))


if __name__ == "__main__":
    typer.run(main)
