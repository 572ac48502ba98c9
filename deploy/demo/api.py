"""The store's API as a till uses it."""

import time
from typing import Any

import httpx2

TIMEOUT_S = 15.0
KEEP_TRYING_S = 180.0
AGAIN_AFTER_S = 0.3
PASSING = (429, 502, 503, 504)


class Refused(Exception):
    """The store said no, with a code."""

    def __init__(self, status: int, problem: dict[str, Any]) -> None:
        self.status = status
        self.code = str(problem.get("code", status))
        self.problem = problem
        # it says nothing about the request: the same one may be taken later
        self.passing = status in PASSING
        super().__init__(f"{self.code}: {problem.get('detail', '')}")


class StoreApi:
    """Calls the gateway; what gets no answer, or a 503, is asked again under the same id, as a till does."""

    def __init__(self, address: str, token: str | None = None, *, keep_trying: float = KEEP_TRYING_S) -> None:
        self.token = token
        self._keep_trying = keep_trying
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._client = httpx2.Client(base_url=address, headers=headers, timeout=TIMEOUT_S)
        self.asked_again = 0

    def close(self) -> None:
        self._client.close()

    def get(self, path: str, **query: Any) -> Any:
        return self._call("GET", path, params=query)

    def post(self, path: str, body: Any) -> Any:
        return self._call("POST", path, json=body)

    def put(self, path: str, body: Any) -> Any:
        return self._call("PUT", path, json=body)

    def patch(self, path: str, body: Any) -> Any:
        return self._call("PATCH", path, json=body)

    def delete(self, path: str) -> Any:
        return self._call("DELETE", path)

    def _call(self, method: str, path: str, **arguments: Any) -> Any:
        deadline = time.monotonic() + self._keep_trying
        while (answer := self._try(method, path, arguments)) is None or answer.status_code in PASSING:
            if time.monotonic() >= deadline:
                break
            self.asked_again += 1
            time.sleep(AGAIN_AFTER_S)
        if answer is None:
            raise TimeoutError(f"{method} {path}: no answer in {self._keep_trying:.0f} s")
        if answer.is_error:
            raise Refused(answer.status_code, _problem(answer))
        return answer.json() if answer.content else None

    def _try(self, method: str, path: str, arguments: dict[str, Any]) -> httpx2.Response | None:
        try:
            return self._client.request(method, path, **arguments)
        except httpx2.TransportError:
            return None


def _problem(answer: httpx2.Response) -> dict[str, Any]:
    try:
        body = answer.json()
    except ValueError:
        return {"code": f"http_{answer.status_code}"}
    return body if isinstance(body, dict) else {}
