"""The stages of a translation, in order: translate N times, choose, review, revise.

`STAGES` is the table of them, from which progress, plan and checks are made.
"""

import time
from collections.abc import Mapping, Sequence
from typing import Any

from soundweave.translation.asking import answers
from soundweave.translation.asking.stage import Question, Stage, StageContext
from soundweave.translation.choosing import evaluation, gate, judge, rules
from soundweave.translation.engines import dispatch
from soundweave.translation.failures import ProviderError
from soundweave.translation.model import Candidate, CandidateConfig
from soundweave.translation.record import EvaluationRecord, Review, Revision


class InitialTranslation(Stage):
    """One candidate; its data is Candidate.to_json(), also if the candidate failed."""

    name = "InitialTranslation"
    output_key = "candidates"
    answer = "answer_translation"
    weight = 4.0
    covers_all_segments = True

    def execute(self, context: StageContext) -> dict[str, Any]:
        """Translate by the candidate's route or model."""
        began = time.monotonic()
        config = _config(context)
        try:
            data = self._by_route(context) if config.route else self._by_model(context)
        except ProviderError as error:
            data = Candidate(config, error=error.kind, message=str(error)).to_json()
        return data | {"seconds": round(time.monotonic() - began, 3)}

    def question(self, context: StageContext) -> Question | None:
        """Ask for all segments, by id."""
        config = _config(context)
        if config.route:
            return None
        return self.render(context, config.id - 1, seed=config.seed, **_about(context))

    def read(self, context: StageContext, answer: Mapping[str, Any]) -> dict[str, Any]:
        """Turn an answer (answer_translation.schema.json) into a candidate."""
        ids = _ids(context)
        return Candidate(
            _config(context),
            segments=tuple(answers.segments(answer, ids)),
            marks=(None,) * len(ids),
            notes=answer["notes"],
            finish_reason="stop",
        ).to_json()

    def valid(self, context: StageContext, data: Mapping[str, Any]) -> bool:
        """Tell whether at least one segment passes the gate."""
        return not all(_objections(context, Candidate.from_json(data)))

    def _by_model(self, context: StageContext) -> dict[str, Any]:
        question = self.question(context)
        assert question is not None  # noqa: S101 - a candidate has a route or a prompt
        return self.read(context, dispatch.ask(context, self.name, question))

    def _by_route(self, context: StageContext) -> dict[str, Any]:
        config = _config(context)
        renderings = dispatch.translate(context, self.name, config.route)
        return Candidate(
            config,
            segments=tuple(rendering.text for rendering in renderings),
            marks=tuple(rendering.marks for rendering in renderings),
            problems=tuple(
                f"{name}: {rendering.problem}"
                for name, rendering in zip(_ids(context), renderings, strict=True)
                if rendering.problem
            ),
        ).to_json()


class Evaluation(Stage):
    """The choice; its data is an EvaluationRecord."""

    name = "Evaluation"
    output_key = "evaluation"
    answer = "answer_judge"

    def execute(self, context: StageContext) -> EvaluationRecord:
        """Choose by score, or by the judge if one is configured; a failing judge is ignored."""
        candidates = [Candidate.from_json(value) for value in context.results["candidates"]]
        comparison = evaluation.evaluate(
            context.text, candidates, context.lang, context.settings.evaluation
        )
        if len(comparison.complete) > 1 and self.settings(context).models:
            judgment = judge.judge(
                context.text,
                comparison.complete,
                context.lang,
                lambda candidates: self._ask(context, candidates),
                seed=context.settings.seed,
            )
            comparison = comparison.with_verdict(judgment)
        return comparison.to_record()

    def _ask(self, context: StageContext, candidates: Sequence[Candidate]) -> dict[str, Any]:
        numbered = [
            {"number": number, "segments": _by_id(context, candidate.segments)}
            for number, candidate in enumerate(candidates, start=1)
        ]
        question = self.render(context, candidates=numbered, **_about(context))
        assert question is not None  # noqa: S101 - settings.check: a model comes with a prompt
        return dispatch.ask(context, self.name, question)


class EditorReview(Stage):
    """Remarks on the chosen translation; its data is a record.Review."""

    name = "EditorReview"
    output_key = "review"
    answer = "answer_review"

    def execute(self, context: StageContext) -> Review:
        """Review by the configured model, or by rules without one."""
        question = self.question(context)
        if question is None or not question.model:
            return rules.review(context.text, context.lang, context.results)
        return self.read(context, dispatch.ask(context, self.name, question))

    def question(self, context: StageContext) -> Question | None:
        """Ask for remarks by segment."""
        return self.render(context, translation=_side_by_side(context), **_about(context))

    def read(self, context: StageContext, answer: Mapping[str, Any]) -> Review:
        """Keep the remarks on segments that exist; a model may name others."""
        ids = _ids(context)
        remarks = [remark for remark in answer["remarks"] if remark["id"] in ids]
        return {"by": _by(self, context), "remarks": remarks, "summary": answer["summary"]}


class TranslatorRevision(Stage):
    """The revised translation, taken only if it is valid; its data is a record.Revision."""

    name = "TranslatorRevision"
    output_key = "revision"
    answer = "answer_revision"
    covers_all_segments = True

    def execute(self, context: StageContext) -> Revision:
        """Revise by the configured model, or apply the suggestions of the rules."""
        question = self.question(context)
        if question is None or not question.model:
            return _checked(context, "rules", *rules.revise(context.text, context.results))
        return self.read(context, dispatch.ask(context, self.name, question))

    def question(self, context: StageContext) -> Question | None:
        """Ask for all segments again, with the editor's remarks."""
        review: Review = context.results["review"]
        return self.render(
            context,
            translation=_side_by_side(context),
            remarks=review["remarks"],
            summary=review["summary"],
            **_about(context),
        )

    def read(self, context: StageContext, answer: Mapping[str, Any]) -> Revision:
        """Take the revision if it passes the same gate as a candidate."""
        revised = answers.segments(answer, _ids(context))
        return _checked(context, _by(self, context), revised, answer["changes"])


def _checked(
    context: StageContext, by: str, segments: Sequence[str | None], changes: str
) -> Revision:
    # Do no harm: a revision that broke something is shown, but not taken.
    before = context.results["evaluation"]["translation"]
    marks = (None,) * len(segments)
    objections = _objections(context, Candidate(CandidateConfig(0, by), tuple(segments), marks))
    broken = [
        f"{name}: {', '.join(reasons)}"
        for name, reasons, text in zip(_ids(context), objections, before, strict=True)
        if reasons and text is not None
    ]
    # A segment that nobody could translate stays open, unless the revision translated it.
    after = [
        None if reasons and old is None else new
        for new, reasons, old in zip(segments, objections, before, strict=True)
    ]
    return {
        "by": by,
        "segments": after,
        "changes": changes,
        "taken": not broken,
        "why": "; ".join(broken),
    }


def _objections(context: StageContext, candidate: Candidate) -> list[list[str]]:
    return gate.objections(context.text, candidate, context.lang, context.settings.evaluation)


def _ids(context: StageContext) -> list[str]:
    return [segment.id for segment in context.text.segments]


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
    return [{"id": name, "text": text} for name, text in zip(_ids(context), texts, strict=True)]


def _side_by_side(context: StageContext) -> list[dict[str, Any]]:
    translation = context.results["evaluation"]["translation"]
    return [
        {"id": segment.id, "source": segment.text, "text": text}
        for segment, text in zip(context.text.segments, translation, strict=True)
    ]


STAGES: Mapping[str, type[Stage]] = {
    stage.name: stage
    for stage in (InitialTranslation, Evaluation, EditorReview, TranslatorRevision)
}
