#[[The base model `french`: the recipe that makes it from a folder of French novels.

    ./train.hy --recipe corpora/french.hy --model ./french.h5

The novels (README.md beside this file says which) are in the folder `french` beside it. `forms.hy`
puts them into the forms in which people write.]]

(import
  functools [partial]
  re
  changes [CLEANING NOTHING RNG STRANGE dashed in-digits quoted replaced single-spaced]
  forms [Language base-recipe])

(setv
  ;; The speaker, in the middle of a speech.
  SPEAKER (re.compile (+ r",?(?: se| lui| me| te| leur)*(?: | s')"
    "(?:dit|fit|répondit|reprit|demanda|écria|répliqua|murmura|ajouta|continua|pensa|interrompit"
    r"|cria|balbutia)(?:-t-il|-t-elle|-il|-elle|-je|-on)?\b[^.!?;:,—]*(?=[,.;:]|\Z)")))


(defn said [paragraph]
  "Return what is said in the `paragraph`: after a dash at its beginning, or in quotes."
  (setv heard (if (.startswith paragraph "—")
    [(.strip paragraph "— ")]
    (re.findall "«([^«»]+)»" paragraph)))
  (lfor each heard (re.sub r"([!?])[,.;:]" r"\1" (re.sub SPEAKER "" each))))


(defn spaced [text]
  "Return `text` with a space, perhaps a no-break space, before ! ? : ; and in «»."
  (setv
    space (.choice RNG [" " " " " " "\u00a0"])
    text (re.sub r"(?<=[\w.)»%'’…])([!?;:]+)(?=[\s»,.…)]|\Z)" rf"{space}\1" text)
    text (re.sub r"«(?=\S)" f"«{space}" text))
  (re.sub r"(?<=\S)»" f"{space}»" text))


(setv french (base-recipe "french"
  "French novels of the years 1830 to 1920, in the forms in which people write."
  (Language
    :letters "àâæçèéêëîïôùûüÿñÀÂÇÈÉÊËÎÏÔÙÛŒœº°§½«»‹›“”‘’–—…\u00a0"
    :repairs [
      #* CLEANING
      [r"\"[^\S\n]?([^\"\n]*?)[^\S\n]?\"" r"«\1»"]
      ["[“„]" "«"]
      ["[”\"]" "»"]
      [r"«[^\S\n]*" "«"]
      [r"[^\S\n]+(?=[»!?:;,]|\.(?!\.))" ""]
      [r"(?<=[»!?:;])(?=[A-Za-zÀ-ÿ])" " "]
      [r"^[^\S\n]*»[^\S\n]*" ""]                     ; what was said goes on
      [r"^«?[^\S\n]*(?:—|-(?=\s|[A-ZÀ-Ý]))[^\S\n]*" "— "]
      [r"^— «([^»\n]*)»?" r"— \1"]
      [r"^«([^«»\n]*)$" r"— \1"]                     ; quotes that aren't closed, or not opened
      [r"^([^«»\n]*)»$" r"\1"]
      [r"-t-[^\S\n]" "-t-"]
      [r"\bM[^\S\n](?=(?:lle|me)s?\b)" "M"]
      ["oe(?=u|il)" "œ"]]
    :left-out (+ STRANGE rf"|\A{NOTHING}\Z"
      r"|\bn[èé]gr(?!ep)|\bnégro|\byou(?:pin|tre)|\bbicots?\b|bougnoul|moricaud|bamboula|juiverie"
      r"|romanichel|sales? juif|\bcafres?\b|hottentot")
    :speaks "^—|«"
    :said said
    :named r"[a-zà-ÿ,] ([A-ZÀ-Ý][a-zà-ÿ]{2,9})\b"
    :names ["Camille" "Hugo" "Julie" "Lucas" "Maman" "Papa"]
    :changes [
      #(0.9 single-spaced)
      #(1 (partial dashed "—" ["—" "—" "–" "-"]))
      #(0.4 (partial replaced "'" "’"))
      #(0.9 (partial quoted ["«»‹›" "«»‹›" "«»‹›" "\"\"''" "\"\"''" "“”‘’"]))
      #(0.4 (partial replaced r"\.\.\." "…"))
      #(0.7 spaced)
      #(0.1 (partial in-digits "
        deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize"
        r" \w+[sx]\b"))
      #(0.05 str.lower)]
    :days ["lundi" "mardi" "mercredi" "jeudi" "vendredi" "samedi" "dimanche"]
    :months ["janvier" "février" "mars" "avril" "mai" "juin" "juillet" "août" "septembre" "octobre"
      "novembre" "décembre"]
    :dates ["{d:02}/{m:02}/{y}" "{weekday} {d} {month}" "{weekday} {d} {month} {y}" "{d} {month}"
      "Le {d} {month} {y}" "Le {weekday} {d} {month}" "{d:02}/{m:02}"]
    :greetings ["Bonjour {}," "Salut {}," "Coucou {}," "Bonjour à tous," "Bonsoir {},"]
    :closings ["Bises,\n{}" "À bientôt,\n{}" "Bien à toi,\n{}" "Bonne journée,\n{}"
      "Cordialement,\n{}" "Amitiés, {}"])))
