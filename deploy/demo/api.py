"""The store's API as a till uses it."""

import time
from typing import Any

import httpx2

TIMEOUT_S = 15.0
KEEP_TRYING_S = 90.0
AGAIN_AFTER_S = 0.3


class Refused(Exception):
    """The store said no, with a code."""

    def __init__(self, status: int, problem: dict[str, Any]) -> None:
        self.status = status
        self.code = str(problem.get("code", status))
        self.problem = problem
        super().__init__(f"{self.code}: {problem.get('detail', '')}")


class StoreApi:
    """Calls the gateway; what gets no answer, or a 503, is asked again under the same id, as a till does."""

    def __init__(self, address: str, token: str | None = None) -> None:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._client = httpx2.Client(base_url=address, headers=headers, timeout=TIMEOUT_S)
        self.asked_again = 0

    def get(self, path: str, **query: Any) -> Any:
        return self._call("GET", path, params=query)

    def post(self, path: str, body: Any) -> Any:
        return self._call("POST", path, json=body)

    def put(self, path: str, body: Any) -> Any:
        return self._call("PUT", path, json=body)

    def _call(self, method: str, path: str, **arguments: Any) -> Any:
        deadline = time.monotonic() + KEEP_TRYING_S
        while True:
            answer = self._try(method, path, arguments)
            if answer is not None and not _comes_back(answer):
                break
            if time.monotonic() > deadline:
                raise TimeoutError(f"{method} {path}: no answer in {KEEP_TRYING_S:.0f} s")
            self.asked_again += 1
            time.sleep(AGAIN_AFTER_S)
        if answer.is_error:
            raise Refused(answer.status_code, _problem(answer))
        return answer.json() if answer.content else None

    def _try(self, method: str, path: str, arguments: dict[str, Any]) -> httpx2.Response | None:
        try:
            return self._client.request(method, path, **arguments)
        except httpx2.TransportError:
            return None


def _comes_back(answer: httpx2.Response) -> bool:
    return answer.status_code in (429, 502, 503, 504)


def _problem(answer: httpx2.Response) -> dict[str, Any]:
    try:
        body = answer.json()
    except ValueError:
        return {"code": f"http_{answer.status_code}"}
    return body if isinstance(body, dict) else {}
