// Tells the style sheet that scripts run: what needs them shows only then.
document.documentElement.dataset.script = "";

// What is looked at stays when the language changes: it is in the hash.
document.querySelector(".languages")?.addEventListener("click", (event) => {
  const link = event.target instanceof Element ? event.target.closest("a") : null;
  if (link && link.pathname.split("/").pop() === location.pathname.split("/").pop()) {
    link.hash = location.hash;
  }
});
