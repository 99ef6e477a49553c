// The server's API (docs/reference/dashboard-api.md).

const BASE = "api/v1/";
let session = null;
let pipeline = "";

export class ApiError extends Error {
  constructor(status, code, message) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

async function answer(response) {
  let body = null;
  try {
    body = await response.json();
  } catch {
    // told by the status
  }
  if (response.ok && body !== null) return body;
  const error = body?.error ?? { code: "http", message: `the server answered ${response.status}` };
  throw new ApiError(response.status, error.code, error.message);
}

async function send(path, options) {
  let response;
  try {
    response = await fetch(BASE + path, { cache: "no-store", ...options });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new ApiError(0, "unreachable", "varve run does not answer");
  }
  return answer(response);
}

function posted(body) {
  const headers = { "Content-Type": "application/json" };
  if (session) headers["X-Varve-Token"] = session.change_token;
  return { method: "POST", headers, body: JSON.stringify(body) };
}

export async function openSession() {
  session = await send("session", {});
  return session;
}

export async function signIn(token) {
  session = await send("session", posted({ token }));
  return session;
}

export function usePipeline(name) {
  pipeline = name;
}

export function get(name, parameters = {}, of = pipeline) {
  const given = Object.entries({ pipeline: of, ...parameters }).filter(([, value]) => value);
  return send(`${name}?${new URLSearchParams(given)}`, {});
}

// The token is that of one process: when it was started anew, a fresh one is asked for once.
export async function post(name, body) {
  const whole = { pipeline, ...body };
  try {
    return await send(name, posted(whole));
  } catch (error) {
    if (error.code !== "change_token") throw error;
    await openSession();
    return send(name, posted(whole));
  }
}
