// Asks once more before a form whose effect cannot be undone. What is asked is written on the form; without
// scripts the form is sent at once, so nothing depends on this but comfort.
"use strict";
(() => {
  const ask = (form, submitter) => {
    const dialog = document.createElement("dialog");
    const heading = document.createElement("h2");
    heading.id = "confirm-heading";
    heading.textContent = form.dataset.confirm;
    const text = document.createElement("p");
    text.textContent = form.dataset.effect ?? "";
    const buttons = document.createElement("div");
    buttons.className = "buttons";
    const cancel = document.createElement("button");
    cancel.type = "button";
    cancel.className = "button";
    cancel.textContent = "Cancel";
    const go = document.createElement("button");
    go.type = "button";
    go.className = "button danger";
    go.textContent = submitter.dataset.verb ?? submitter.firstChild.textContent;
    buttons.append(cancel, go);
    dialog.setAttribute("aria-labelledby", heading.id);
    dialog.append(heading, text, buttons);
    document.body.append(dialog);
    cancel.addEventListener("click", () => dialog.close());
    go.addEventListener("click", () => {
      form.isConfirmed = true;
      dialog.close();
      form.requestSubmit(submitter);
    });
    dialog.addEventListener("close", () => {
      dialog.remove();
      submitter.focus();
    });
    dialog.showModal();
    cancel.focus();
  };

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.dataset.confirm || form.isConfirmed) return;
    event.preventDefault();
    ask(form, event.submitter ?? form.querySelector("button"));
  });
})();
