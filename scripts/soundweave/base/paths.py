"""Every path that commands share. Relative paths start at the current folder."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
CONFIG = ROOT / "config" / "pipeline.yaml"
SCHEMAS = ROOT / "config" / "schemas"
PROMPTS = ROOT / "config" / "prompts"
TEMPLATES = ROOT / "website" / "templates"
LOCALES = ROOT / "website" / "locales"
WEBSITE_DIST = ROOT / "website" / "dist"
WORKFLOW = ROOT / ".github" / "workflows" / "freesound-nightly-pipeline.yml"

CHECKPOINT_DIR = Path("data/freesound_library")
SET_ASIDE_DIR = Path("build/set_aside")
LIBRARY_IDS = Path("data/library_ids.jsonl")
METRICS_HISTORY = Path("data/metrics_history.jsonl")
MILESTONE_HISTORY = Path("data/milestone_history.jsonl")
WEBSITE_DIR = Path("website")
MILESTONE_STATUS = Path("milestone_status.json")
MILESTONE_RESULTS = Path("milestone_results.json")
VALIDATION_REPORT = Path("validation_report.json")
EDGE_STATS = Path("edge_stats.json")
NETWORK_STATS = Path("network_stats.json")
TEXTS_DIR = Path("data/texts")
TRANSLATIONS_DIR = Path("data/translations")
LOCALES_DIR = Path("website/locales")
TRANSLATION_WORK_DIR = Path("build/translations")
