// Keeps what is typed into a form with the attribute "data-keep" while somebody types, by
// sending it where the form goes. Without this script it is kept by the button.
"use strict";
for (const form of document.querySelectorAll("form[data-keep]")) {
  const status = form.querySelector("[data-kept]");
  let timer = 0;
  let sent = "";
  const body = () => {
    const data = new URLSearchParams(new FormData(form));
    data.set("keep", "typing");
    return data;
  };
  const keep = async (leaving) => {
    clearTimeout(timer);
    const data = body();
    if (data.toString() === sent) return;
    sent = data.toString();
    try {
      const answer = await fetch(form.action, { method: "POST", body: data, keepalive: leaving, credentials: "same-origin", redirect: "manual" });
      status.textContent = answer.status === 204 ? status.dataset.kept : status.dataset.unkept;
      if (answer.status !== 204) sent = "";
    } catch {
      sent = "";
      status.textContent = status.dataset.unkept;
    }
  };
  sent = body().toString();
  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(() => keep(false), 1000);
  });
  form.addEventListener("submit", () => clearTimeout(timer));
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") keep(true);
  });
}
