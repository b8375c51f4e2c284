#[[The base model `spanish`: the recipe that makes it from a folder of Spanish novels.

    ./train.hy --recipe corpora/spanish.hy --model ./spanish.h5

The novels (README.md beside this file says which) are in the folder `spanish` beside it.
`forms.hy` puts them into the forms in which people write.]]

(import
  functools [partial]
  re
  changes [CLEANING NOTHING STRANGE dashed in-digits quoted replaced single-spaced]
  forms [Language base-recipe])

(setv
  DASHES [  ; —No sé —dijo Juan—. Veremos.
    [r"^[^\S\n]*['»«]?[^\S\n]*[—-][^\S\n]*(?=\S)" "—"]
    [r"(?<=\s)-(?=[\w¡¿«(])" "—"]
    [r"(?<=[\w.!?»)])-(?=[,.;:!?\s]|\Z)" "—"]
    [r"[^\S\n]*—[^\S\n]*(?=[,.;:!?])" "—"]
    [r"(?<=[\w.!?»)])(?:,?—|,?[^\S\n]+—[^\S\n]+)(?=[a-záéíóúñ])" " —"]
    [r"(?<=[.!?])[^\S\n]*—[^\S\n]*(?=[A-ZÁÉÍÓÚÑ¡¿])" " —"]]
  SPELLING [  ; today's for an older one
    [r"\bá\b" "a"] [r"\bÁ\b" "A"] [r"\bó\b" "o"] [r"\bÓ\b" "O"] [r"\bé\b" "e"] [r"\bú\b" "u"]
    [r"\b([FfDdVv][ui])([éóí])\b" (fn [match] (+ (get match 1) (get PLAIN (get match 2))))]
    [(+ r"\b([Hh]ab|[Tt]en|[Pp]od|[Qq]uer|[Dd]eb|[Pp]arec|[Dd]ec|[Vv]en|[Vv]iv|[Cc]re|[Vv]e)"
      r"ia(?=n?\b|mos\b)")
      r"\1ía"]
    [r"(?<=[a-z])([cs])ion\b" r"\1ión"]
    [r"\b([Dd])ia(s?)\b" r"\1ía\2"]
    [r"\b([Mm])io(s?)\b" r"\1ío\2"]
    [r"\b([Cc]oraz|[Rr]az)on\b" r"\1ón"]
    [r"\b([Aa]lg|[Nn]ing|[Ss]eg)un\b" r"\1ún"]
    [r"\b([Dd]espu|[Aa]dem)es\b" r"\1és"]
    [r"\b([Tt]ambi)en\b" r"\1én"]
    [r"\b([Aa]s|[Aa]qu|[Aa]ll)i\b" r"\1í"]
    [r"\bjóven\b" "joven"] [r"\bórden\b" "orden"] [r"\bménos\b" "menos"] [r"\bántes\b" "antes"]]
  PLAIN (dict (zip "éóí" "eoi")))


(defn said [paragraph]
  "Return what is said in the `paragraph`: after a dash at its beginning, or in quotes."
  (setv heard (if (.startswith paragraph "—")
    [(re.sub r"\s*—[a-záéíóúñ][^—]*(?:—|\Z)" "" (cut paragraph 1 None))]
    (re.findall "«([^«»]+)»" paragraph)))
  (lfor each heard (re.sub r"([!?])[,.]" r"\1" (.strip (.replace each "—" "")))))


(setv spanish (base-recipe "spanish"
  "Spanish novels of the years 1840 to 1920, in the forms in which people write."
  (Language
    :letters "áéíóúüñçÁÉÍÓÚÜÑ¡¿ªº°àèòâêôïäö½«»‹›“”‘’–—…\u00a0"
    :repairs [
      #* CLEANING
      #* DASHES
      [r"\"([^\"\n]*)\"" r"«\1»"]
      ["[“„]" "«"]
      ["”" "»"]
      ["\"" ""]
      [r"^»[^\S\n]*" ""]                             ; what was said goes on
      [r"([«¡¿])[^\S\n]+" r"\1"]
      [r"[^\S\n]+(?=[»!?:;,]|\.(?!\.))" ""]
      [r"^«([^«»\n]*)$" r"\1"]                       ; quotes that aren't closed, or not opened
      [r"^([^«»\n]*)»$" r"\1"]
      #* SPELLING]
    :left-out (+ STRANGE rf"|\A{NOTHING}\Z"
      r"|negr(?:at|az|uz|er[ao]s?\b)|judiada|perr[oa]s? (?:jud|mor)|\bmaric(?:as?|[oó]n(?:es)?)\b"
      r"|bujarr|gitanaz|morac[oa]|\bcafres?\b|hotentot")
    :speaks "^—|«"
    :said said
    :named r"[a-záéíóúñ,] ([A-ZÁÉÍÓÚ][a-záéíóúñ]{2,9})\b"
    :names ["Carmen" "Hugo" "Lucía" "Mamá" "Pablo" "Papá"]
    :changes [
      #(0.9 single-spaced)
      #(1 (partial dashed "—" ["—" "—" "–" "-"]))
      #(0.9 (partial quoted ["«»‹›" "\"\"''" "\"\"''" "“”‘’"]))
      #(0.4 (partial replaced r"\.\.\." "…"))
      #(0.1 (partial replaced "[¡¿]" ""))            ; as many write in chats
      #(0.1 (partial in-digits "
        dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciséis
        diecisiete dieciocho diecinueve veinte" r" \w+s\b"))
      #(0.05 str.lower)]
    :days ["lunes" "martes" "miércoles" "jueves" "viernes" "sábado" "domingo"]
    :months ["enero" "febrero" "marzo" "abril" "mayo" "junio" "julio" "agosto" "septiembre"
      "octubre" "noviembre" "diciembre"]
    :dates ["{d:02}/{m:02}/{yy:02}" "{weekday} {d} de {month}" "{weekday}, {d} de {month} de {y}"
      "{d} de {month}" "{d} de {month} de {y}" "{d}/{m}" "{d}/{m}/{y}"]
    :greetings ["Hola {}:" "Hola, {}:" "Querida {}:" "Buenos días, {}:" "Hola a todos:"]
    :closings ["Un abrazo,\n{}" "Besos,\n{}" "Hasta pronto,\n{}" "Saludos,\n{}"
      "Un saludo, {}"])))
