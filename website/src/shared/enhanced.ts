// Tell the style sheet that scripts run, so that it shows what needs them.
document.documentElement.dataset.script = "";

// Keep the current view, which is in the URL fragment, when switching the language.
document.querySelector(".languages")?.addEventListener("click", (event) => {
  const link = event.target instanceof Element ? event.target.closest("a") : null;
  if (link && link.pathname.split("/").pop() === location.pathname.split("/").pop()) {
    link.hash = location.hash;
  }
});
