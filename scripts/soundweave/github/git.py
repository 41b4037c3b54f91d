"""Runs git as the bot of GitHub Actions. The token reaches git only through the environment."""

import base64
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

from soundweave.base.errors import ConfigError, PublishError

AUTHOR = "github-actions[bot]"
EMAIL = "41898282+github-actions[bot]@users.noreply.github.com"
SECONDS = 120


class Git:
    """git in one folder, with the token of GitHub Actions if there is one."""

    def __init__(self, folder: Path, environ: Mapping[str, str] = os.environ) -> None:
        self.folder = folder
        token = environ.get("GITHUB_TOKEN", "")
        header = base64.b64encode(f"x-access-token:{token}".encode()).decode()
        self._secrets = [token, header] if token else []
        self._environ = _environment(environ, header if token else "")

    def __call__(self, *arguments: str, folder: Path | None = None) -> str:
        """Run `git <arguments>` and return its output; raises PublishError with git's message."""
        return self.read(*arguments, folder=folder).decode(errors="replace").strip()

    def read(self, *arguments: str, folder: Path | None = None) -> bytes:
        """Run git like a call does, and return the bytes of its output."""
        command = f"git {arguments[0]}"
        try:
            done = subprocess.run(
                ["git", *arguments],
                cwd=folder or self.folder,
                env=self._environ,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=SECONDS,
                check=False,
            )
        except FileNotFoundError as error:
            raise ConfigError("git is not installed") from error
        except subprocess.TimeoutExpired as error:
            raise PublishError(f"{command} did not end within {SECONDS} s") from error
        if done.returncode:
            words = (done.stderr or done.stdout).decode(errors="replace").strip()
            raise PublishError(f"{command} failed: {self._redacted(words)}")
        return done.stdout

    def _redacted(self, text: str) -> str:
        for secret in self._secrets:
            text = text.replace(secret, "***")
        return text


def branch(git: Git) -> str:
    """The name of the checked-out branch; raises PublishError if there is no branch."""
    try:
        return git("symbolic-ref", "--quiet", "--short", "HEAD")
    except PublishError as error:
        raise PublishError(
            "no branch is checked out, so nothing can be pushed; check out a branch by name"
        ) from error


def _environment(environ: Mapping[str, str], header: str) -> dict[str, str]:
    # Variables like GIT_TRACE would print the header.
    variables = {name: value for name, value in environ.items() if not name.startswith("GIT_")}
    variables.pop("GITHUB_TOKEN", None)
    variables |= {"GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"}
    for role in ("AUTHOR", "COMMITTER"):
        variables |= {f"GIT_{role}_NAME": AUTHOR, f"GIT_{role}_EMAIL": EMAIL}
    settings = {"commit.gpgSign": "false", "core.hooksPath": os.devnull}
    if header:
        server = environ.get("GITHUB_SERVER_URL", "https://github.com")
        settings[f"http.{server}/.extraheader"] = f"AUTHORIZATION: basic {header}"
    for number, (key, value) in enumerate(settings.items()):
        variables |= {f"GIT_CONFIG_KEY_{number}": key, f"GIT_CONFIG_VALUE_{number}": value}
    return variables | {"GIT_CONFIG_COUNT": str(len(settings))}
