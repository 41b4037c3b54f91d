// Tells the style sheet that scripts run: what needs them shows only then.
document.documentElement.dataset.script = "";
