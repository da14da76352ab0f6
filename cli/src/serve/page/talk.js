// Talking to the program that serves this page. Every address is below that of the page, which holds the secret.

async function answer(response) {
  if (response.status === 409) {
    // Something else runs: that is told in a whole sentence.
    throw new Error((await response.text()).trim());
  }
  if (!response.ok) {
    throw new Error(`${(await response.text()).trim() || "the program does not answer"} (${response.status})`);
  }
  const value = await response.json();
  if (value.error) {
    throw new Error(value.error);
  }
  return value;
}

export async function get(path) {
  return answer(await fetch(path, { cache: "no-store", credentials: "omit" }));
}

export async function post(path, value) {
  return answer(await fetch(path, {
    method: "POST",
    cache: "no-store",
    credentials: "omit",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(value),
  }));
}
