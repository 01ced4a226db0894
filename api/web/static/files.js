// Shows the progress of uploads: a form with "data-upload" is sent by the script, and the
// page that answers is shown. Without it the browser sends the form by itself.
"use strict";
for (const form of document.querySelectorAll("form[data-upload]")) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const bar = form.querySelector("progress");
    const button = form.querySelector("button");
    bar.hidden = false;
    button.disabled = true;
    const request = new XMLHttpRequest();
    request.open("POST", form.action);
    request.upload.onprogress = (e) => {
      if (e.lengthComputable) bar.value = Math.round((100 * e.loaded) / e.total);
    };
    request.onload = () => {
      if (request.status < 300 && request.responseURL) {
        location.replace(request.responseURL);
        return;
      }
      const answer = new DOMParser().parseFromString(request.responseText, "text/html");
      const main = answer.querySelector("main");
      if (main) {
        document.querySelector("main").replaceWith(document.adoptNode(main));
        const errors = document.getElementById("errors");
        if (errors) errors.focus();
        for (const again of document.querySelectorAll("form[data-upload]")) again.removeAttribute("data-upload");
      }
    };
    request.onerror = () => {
      bar.hidden = true;
      button.disabled = false;
      form.submit();
    };
    request.send(new FormData(form));
  });
}
