// A form's fields sent by a script: what came back, or why nothing did.
import { gotThrough } from "../../realtime/live.js";

/**
 * Returns {data} (accepted), {errors: [sentence]} (refused, beside the form), or {lost: "network" | "signed_out" |
 * "gone" | "server"}. The answer of a page that wants a sign-in is a redirect, which is not followed.
 */
export async function post(url, fields) {
  let answer;
  try {
    answer = await fetch(url, {
      method: "POST",
      body: new URLSearchParams(fields),
      headers: { Accept: "application/json" },
      redirect: "manual",
    });
  } catch {
    return { lost: "network" };
  }
  if (answer.status < 500) gotThrough();
  if (answer.type === "opaqueredirect" || answer.status === 401 || answer.status === 403) return { lost: "signed_out" };
  if (answer.status === 404) return { lost: "gone" };
  const data = await answer.json().catch(() => null);
  if (answer.ok && data) return { data };
  return data?.errors ? { errors: data.errors } : { lost: "server" };
}

/** The HTML of a fragment; null where there is none to be had now. */
export async function fragment(url) {
  const answer = await fetch(url, { headers: { "HX-Request": "true" }, redirect: "manual" }).catch(() => null);
  return answer?.ok ? answer.text() : null;
}
