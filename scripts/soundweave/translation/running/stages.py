"""The stages of a translation, in order: translate N times, choose, review, revise."""

import time
from collections.abc import Mapping, Sequence
from typing import Any

from soundweave.translation.asking import answers
from soundweave.translation.asking.stage import Question, Stage, StageContext
from soundweave.translation.choosing import evaluation, gate, judge, rules
from soundweave.translation.engines import dispatch
from soundweave.translation.failures import ProviderError
from soundweave.translation.model import Candidate, CandidateConfig


class InitialTranslation(Stage):
    """One candidate; its data is Candidate.to_json(), a failed one included."""

    name = "InitialTranslation"
    output_key = "candidates"
    weight = 4.0
    covers_all_segments = True

    def execute(self, context: StageContext) -> dict[str, Any]:
        """Translate by the candidate's route or model."""
        began = time.monotonic()
        config = _config(context)
        try:
            made = self._by_route(context) if config.route else self._by_model(context)
        except ProviderError as error:
            made = Candidate(config, error=error.kind, message=str(error)).to_json()
        return made | {"seconds": round(time.monotonic() - began, 3)}

    def question(self, context: StageContext) -> Question | None:
        """Ask for all segments, by id."""
        config = _config(context)
        if config.route:
            return None
        return self.render(context, config.id - 1, seed=config.seed, **_about(context))

    def read(self, context: StageContext, answer: Mapping[str, Any]) -> dict[str, Any]:
        """Return the candidate that an answer (answer_translation.schema.json) is."""
        ids = [segment.id for segment in context.text.segments]
        made = Candidate(
            _config(context),
            segments=tuple(answers.segments(answer, ids)),
            marks=(None,) * len(ids),
            notes=answer["notes"],
            finish_reason="stop",
        )
        return made.to_json()

    def valid(self, context: StageContext, data: Mapping[str, Any]) -> bool:
        """Tell whether at least one segment passes the gate."""
        found = gate.objections(
            context.text, Candidate.from_json(data), context.lang, context.settings.evaluation
        )
        return any(not reasons for reasons in found)

    def _by_model(self, context: StageContext) -> dict[str, Any]:
        question = self.question(context)
        assert question is not None  # noqa: S101 - a candidate has a route or a prompt
        return self.read(context, dispatch.ask(context, self.name, question))

    def _by_route(self, context: StageContext) -> dict[str, Any]:
        config = _config(context)
        renderings = dispatch.translate(context, self.name, config.route)
        ids = [segment.id for segment in context.text.segments]
        made = Candidate(
            config,
            segments=tuple(rendering.text for rendering in renderings),
            marks=tuple(rendering.marks for rendering in renderings),
            problems=tuple(
                f"{name}: {rendering.problem}"
                for name, rendering in zip(ids, renderings, strict=True)
                if rendering.problem
            ),
        )
        return made.to_json()


class Evaluation(Stage):
    """Chooses; its data is what evaluation.evaluate returns, with the judge's part if asked."""

    name = "Evaluation"
    output_key = "evaluation"

    def execute(self, context: StageContext) -> dict[str, Any]:
        """Choose by consensus, or by the judge where one is configured; never fails for it."""
        found = [Candidate.from_json(value) for value in context.results["candidates"]]
        made = evaluation.evaluate(context.text, found, context.lang, context.settings.evaluation)
        whole = {score["id"] for score in made["scores"]}
        shown = [candidate for candidate in found if candidate.config.id in whole]
        if len(shown) < 2 or not self.settings(context).models:
            return made
        verdict = judge.judge(
            context.text,
            shown,
            context.lang,
            lambda shown: self._ask(context, shown),
            seed=context.settings.seed,
        )
        return evaluation.with_verdict(made, verdict)

    def _ask(self, context: StageContext, shown: Sequence[Candidate]) -> dict[str, Any]:
        candidates = [
            {"number": number, "segments": _by_id(context, candidate.segments)}
            for number, candidate in enumerate(shown, start=1)
        ]
        question = self.render(context, candidates=candidates, **_about(context))
        assert question is not None  # noqa: S101 - settings.check: a model comes with a prompt
        return dispatch.ask(context, self.name, question)


class EditorReview(Stage):
    """Remarks on the chosen translation: {by, remarks: [{id, remark, suggestion}], summary}."""

    name = "EditorReview"
    output_key = "review"

    def execute(self, context: StageContext) -> dict[str, Any]:
        """Review by the configured model, or by rules where there is none."""
        question = self.question(context)
        if question is None or not question.model:
            return rules.review(context.text, context.lang, context.results)
        return self.read(context, dispatch.ask(context, self.name, question))

    def question(self, context: StageContext) -> Question | None:
        """Ask for remarks by segment."""
        return self.render(context, translation=_side_by_side(context), **_about(context))

    def read(self, context: StageContext, answer: Mapping[str, Any]) -> dict[str, Any]:
        """Keep the remarks on segments that there are; a model may name others."""
        ids = {segment.id for segment in context.text.segments}
        remarks = [remark for remark in answer["remarks"] if remark["id"] in ids]
        return {"by": _by(self, context), "remarks": remarks, "summary": answer["summary"]}


class TranslatorRevision(Stage):
    """The revised translation: {by, segments, changes, taken, why}; taken only if it is valid."""

    name = "TranslatorRevision"
    output_key = "revision"
    covers_all_segments = True

    def execute(self, context: StageContext) -> dict[str, Any]:
        """Revise by the configured model, or apply the suggestions of the rules."""
        question = self.question(context)
        if question is None or not question.model:
            return _checked(context, "rules", *rules.revise(context.text, context.results))
        return self.read(context, dispatch.ask(context, self.name, question))

    def question(self, context: StageContext) -> Question | None:
        """Ask for all segments again, with the editor's remarks."""
        review = context.results["review"]
        return self.render(
            context,
            translation=_side_by_side(context),
            remarks=review["remarks"],
            summary=review["summary"],
            **_about(context),
        )

    def read(self, context: StageContext, answer: Mapping[str, Any]) -> dict[str, Any]:
        """Take the revision if it passes the same gate as a candidate."""
        ids = [segment.id for segment in context.text.segments]
        revised = answers.segments(answer, ids)
        return _checked(context, _by(self, context), revised, answer["changes"])


STAGES: tuple[type[Stage], ...] = (InitialTranslation, Evaluation, EditorReview, TranslatorRevision)


def _checked(
    context: StageContext, by: str, segments: Sequence[str | None], changes: str
) -> dict[str, Any]:
    # Do no harm: a revision that broke something is shown, but not taken.
    chosen = context.results["evaluation"]["translation"]
    revised = Candidate(
        CandidateConfig(0, by), segments=tuple(segments), marks=(None,) * len(segments)
    )
    found = gate.objections(context.text, revised, context.lang, context.settings.evaluation)
    ids = [segment.id for segment in context.text.segments]
    broken = [
        f"{name}: {', '.join(reasons)}"
        for name, reasons, before in zip(ids, found, chosen, strict=True)
        if reasons and before is not None
    ]
    # What nobody could translate stays open, unless the revision did.
    kept = [
        None if reasons and before is None else segment
        for segment, reasons, before in zip(segments, found, chosen, strict=True)
    ]
    return {
        "by": by,
        "segments": kept,
        "changes": changes,
        "taken": not broken,
        "why": "; ".join(broken),
    }


def _config(context: StageContext) -> CandidateConfig:
    if context.candidate is None:
        raise ValueError("InitialTranslation runs as an instance of a parallel stage")
    return context.candidate


def _by(stage: Stage, context: StageContext) -> str:
    models = stage.settings(context).models
    return context.settings.models[models[0]].name if models else "pasted"


def _about(context: StageContext) -> dict[str, Any]:
    text = context.text
    return {
        "source_lang": text.source_lang,
        "target_lang": context.lang,
        "kind": str(text.kind),
        "title": text.title,
        "author": text.author,
        "notes": text.notes,
        "segments": _by_id(context, text.sources),
    }


def _by_id(context: StageContext, texts: Sequence[str | None]) -> list[dict[str, Any]]:
    segments = zip(context.text.segments, texts, strict=True)
    return [{"id": segment.id, "text": text} for segment, text in segments]


def _side_by_side(context: StageContext) -> list[dict[str, Any]]:
    chosen = context.results["evaluation"]["translation"]
    return [
        {"id": segment.id, "source": segment.text, "text": text}
        for segment, text in zip(context.text.segments, chosen, strict=True)
    ]
