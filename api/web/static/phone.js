// The page with a code for a phone asks how far the phone is, says it, and goes on by itself
// once it has signed. Without this script people press the button.
"use strict";
{
  const form = document.querySelector("[data-phone]");
  const status = document.querySelector("[data-phone-state]");
  const every = 1500; // milliseconds
  const look = async () => {
    let answer = null;
    try {
      const asked = new URLSearchParams();
      for (const name of ["csrf", "signing", "signing_token"]) asked.set(name, form.elements.namedItem(name).value);
      const response = await fetch("/sign-in/phone", { method: "POST", body: asked, credentials: "same-origin" });
      if (response.ok) answer = await response.json();
    } catch { /* the next time */ }
    if (answer && answer.text !== status.textContent) status.textContent = answer.text;
    if (answer && (answer.state === "signed" || answer.state === "expired")) form.requestSubmit();
    else setTimeout(look, every);
  };
  setTimeout(look, every);
}
