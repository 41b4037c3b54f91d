"""Answers that are an excuse instead of a translation, in the languages that models use."""

import re

APOLOGY = (
    r"sorry|apologi|unfortunately|i['’]m afraid|i am afraid|regret"
    r"|lo siento|lo sentimos|lamento|lamentamos|disculp|perd[oó]n|me temo|desgracia|desafortunad"
    r"|ho sento|em sap greu|malauradament|sinto|sentimolo|desafortunadamente"
    r"|d[ée]sol[ée]|regrette|m['’]excuse|pardon|malheureusement"
    r"|desculp|sinto muito|infelizmente|mi dispiace|spiacent|purtroppo|scus"
    r"|tut mir leid|leider|entschuldig|przykro|przepraszam|niestety|извин|прост|сожален"
    r"|抱歉|对不起|對不起|遗憾|遺憾|申し訳|すみません|죄송"
)
UNABLE = (
    r"cannot|can['’]?t\b|can not|unable|not able|won['’]t|must decline|not comfortable"
    r"|no p(?:uedo|odemos|uc|odem)\b|no es posible|incapaz|non podo|non podemos"
    r"|ne (?:peux|pouvons|puis) pas|impossible|n[ãa]o (?:posso|consigo|podemos)"
    r"|non (?:posso|possiamo)|kann\b.{0,40}\bnicht|nicht möglich|nie mogę|не могу|не можем"
    r"|无法|無法|不能|できません|できかねます|할 수 없"
)
MACHINE = (
    r"as an? (?:ai|artificial|(?:large )?language model|assistant)\b"
    r"|como (?:una? )?(?:ia|inteligencia|intelixencia|modelo|asistente)\b"
    r"|com a (?:ia|intel·ligència|model|assistent)\b"
    r"|en tant qu['’e]\s?(?:ia|intelligence|modèle|assistant)"
    r"|como uma? (?:ia|inteligência|modelo|assistente)\b"
    r"|come (?:ia|intelligenza|modello|assistente)\b|als (?:ki|sprachmodell)\b"
    r"|jako (?:ai|model|sztuczna)\b|как (?:ии|искусственный|языковая)\b"
    r"|作为(?:一个|一名)?(?:ai|人工智能|语言模型)|作為(?:一個|一名)?(?:ai|人工智慧|語言模型)"
)
TASK = r"(?:assist|help|translat|provid|fulfil|comply|complete|process|continue|do that|do this)"
# At the start, after quotes and the like, with the excuse in the first sentence or two.
REFUSAL = re.compile(
    rf"\W*(?:(?:{MACHINE})|(?:\w+\W+){{0,3}}?(?:{APOLOGY}).{{0,80}}?(?:{UNABLE})"
    rf"|(?:i|we)\s+(?:{UNABLE}|am unable to|am not able to)\W+(?:to\s+)?{TASK})",
    re.IGNORECASE | re.DOTALL,
)
EXCUSE = re.compile(rf"{APOLOGY}|{UNABLE}|{MACHINE}", re.IGNORECASE | re.DOTALL)
OF_THE_TASK = re.compile(
    rf"translat|tradu[cïizr]|übersetz|tłumacz|перев[её]|перевод|翻译|翻譯|翻訳|번역|{MACHINE}"
    r"|(?:assist|help)(?:ing)? (?:you )?with th(?:at|is)|this request",
    re.IGNORECASE,
)


def refused(source: str, translation: str) -> bool:
    """Tell whether a translation starts like a refusal although its source contains no excuse.

    One that mentions translating is a refusal unless its source mentions it too.
    """
    if not REFUSAL.match(translation):
        return False
    if OF_THE_TASK.search(translation):
        return not OF_THE_TASK.search(source)
    return not EXCUSE.search(source)
