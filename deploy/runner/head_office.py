"""What the runner asks of head office: to be installed, once."""

from http import HTTPStatus

import httpx2

from deploy.runner.errors import RunnerError

TIMEOUT_S = 10.0


def install(url: str, store_id: str, code: str) -> str:
    """Installs this store by its one-time code; the token under which it may speak for the store from now on.

    Raises RunnerError when head office cannot be reached or does not take the code.
    """
    try:
        response = httpx2.post(
            f"{url}/v1/store/installations",
            json={"store_id": store_id, "code": code},
            timeout=TIMEOUT_S,
            trust_env=False,
        )
    except httpx2.HTTPError as error:
        raise RunnerError(
            f"Head office cannot be reached at {url}: {type(error).__name__}. Try again when it can."
        ) from error
    if response.status_code != HTTPStatus.CREATED:
        raise RunnerError(f"Head office did not install the store: {response.status_code} {response.text[:300]}")
    return str(response.json()["token"])
