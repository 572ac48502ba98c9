// The store's API: one token for a shift, problems as errors that say what to do.

const TOKEN = "till.token";
const TIMEOUT_MS = 15_000;

export class Problem extends Error {
  constructor(status, body) {
    super(body.detail ?? "The edge server does not answer. Check the till's network; nothing is lost.");
    this.status = status;
    this.code = body.code ?? "unreachable";
    this.details = body.details ?? {};
  }
}

export const token = () => sessionStorage.getItem(TOKEN);
export const keepToken = (value) => (value ? sessionStorage.setItem(TOKEN, value) : sessionStorage.removeItem(TOKEN));

export async function request(method, path, body, { bearer = token(), signal } = {}) {
  const headers = bearer ? { Authorization: `Bearer ${bearer}` } : {};
  if (body !== undefined) headers["Content-Type"] = "application/json";
  const limit = AbortSignal.timeout(TIMEOUT_MS);
  let answer;
  try {
    answer = await fetch(path, {
      method,
      headers,
      body: body === undefined ? undefined : JSON.stringify(body),
      signal: signal ?? limit,
    });
  } catch (error) {
    throw error.name === "AbortError" ? error : new Problem(0, {});
  }
  if (answer.ok) return answer;
  const problem = new Problem(answer.status, await answer.json().catch(() => ({})));
  if (answer.status === 401 && bearer && bearer === token()) {
    keepToken(null);
    window.dispatchEvent(new Event("signed-out"));
  }
  throw problem;
}

async function json(method, path, body, options) {
  const answer = await request(method, path, body, options);
  return answer.status === 204 ? null : answer.json();
}

export const get = (path, query = {}, options = {}) => {
  const given = Object.entries(query).filter(([, value]) => value !== "" && value !== null && value !== undefined);
  const words = new URLSearchParams(given).toString();
  return json("GET", words ? `${path}?${words}` : path, undefined, options);
};
export const post = (path, body, options) => json("POST", path, body, options);
export const put = (path, body) => json("PUT", path, body);

export async function download(path, name) {
  const answer = await request("GET", path);
  const link = document.createElement("a");
  link.href = URL.createObjectURL(await answer.blob());
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

// Server-sent events by fetch, for the token goes in a header and never in an address.
export async function follow(path, signal, heard) {
  const answer = await fetch(path, { headers: { Authorization: `Bearer ${token()}` }, signal });
  if (!answer.ok) throw new Problem(answer.status, {});
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    const lines = (rest + value).split("\n");
    rest = lines.pop();
    for (const line of lines) if (line.startsWith("data: ")) heard(JSON.parse(line.slice(6)));
  }
}
