// An answer other than 2xx that the caller has earned. Anything else that is thrown is our mistake,
// and lathe reports it as a 500 with its stack.
export class HttpError extends Error {
  constructor(status, message, headers = {}) {
    super(message);
    this.status = status;
    this.headers = headers;
  }
}

export async function readJson(request) {
  const type = request.headers.get("content-type") ?? "";
  if (!type.startsWith("application/json")) throw new HttpError(415, "Send application/json");
  try {
    return await request.json();
  } catch (error) {
    throw new HttpError(400, "The body is not JSON");
  }
}
