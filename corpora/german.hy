#[[The base model `german`: the recipe that makes it from a folder of German novels.

    ./train.hy --recipe corpora/german.hy --model ./german.h5

The novels (README.md beside this file says which) are in the folder `german` beside it. `forms.hy`
puts them into the forms in which people write.]]

(import
  functools [partial]
  changes [CLEANING NOTHING STRANGE dashed in-digits quoted replaced single-spaced]
  forms [Language base-recipe])

(setv
  INWARD (dict (zip "»«›‹" "«»‹›"))
  SPELLING [  ; that of 1901 for an older one
    [(+ r"([Tt])h(?=ür|u[nte]|at|ät|eil|al[es]?\b|ale?r|älr|rän|ier|euer|or(?:e|es|heit)?\b"
      r"|ee\b)")
      r"\1"]
    ["(?<=[a-zäöü])th(?=[uü]n|an\\b|eil|um\\b|üm|ür|ät)" "t"]
    [(+ "((?:[MmRrWwl]u|[Rr][aä]|[NnRr][oö]|[Ww]er|[Ww]ir|[Mm]ü|[Mm]ie|eira|eima|[At]rmu)t)"
      "h(?!a|e[ak])")
      r"\1"]
    [r"niß(?=\b|voll)" "nis"]
    [r"([Gg])ieb(?=s?t?\b)" r"\1ib"]
    [r"\b([FfGgHh])ieng" r"\1ing"]
    [r"(?<=[a-z]{3})iren\b" "ieren"]]
  ;; Where the spelling of 1996 has ss: after a short vowel.
  SHARP (+ "(?i)(?:(?<=da|mu|mü|wu|wü|wi|fa|la|lä|ku|kü|bi|ha|hä|lu|lü|re|na|nu|nü)|(?<=epa)"
    "|(?<=schlo))ß(?!ig|e)"))

(setv german (base-recipe "german"
  "German novels of the years 1800 to 1920, in the forms in which people write."
  (Language
    :letters "äöüÄÖÜßàâæçèéêëîïôùûÉœ§°½„“”‚‘’»«›‹–—…\u00a0"
    :repairs [
      ["[»«›‹]" (fn [match] (get INWARD (.group match)))]
      [r"‚([^‚‘’\n]{1,400})[‘’]" r"‹\1›"]
      ["„" "«"]
      ["[“”]" "»"]
      #* CLEANING
      [r"\"([^\"\n]*)\"" r"«\1»"]
      [r"([«‹])[^\S\n]+" r"\1"]
      [r"[^\S\n]+(?=[»›,;:!?]|\.(?!\.))" ""]
      [r"»(?=\w)" "» "]
      #* SPELLING]
    :left-out (+ STRANGE rf"|\A{NOTHING}\Z"
      r"|neger|nigger|zigeuner|kaffern?\b|hottentott|saujud|mauschel|polack"
      r"|juden(?:pack|bengel|brut|bub|gesicht|hund|jung|lümmel|nase|sau|weib)|schacherjud")
    :named (+ r"(?:sagte|rief|fragte|antwortete|meinte|erwiderte|sprach|lachte|nickte|begann) "
      r"(?!Herr|Frau|Fräulein|Graf|Ihr|Sie|Ihn)([A-ZÄÖÜ][a-zäöüß]{2,9})\b")
    :names ["Anna" "Ben" "Jonas" "Lena" "Mama" "Mia" "Papa" "Paul"]
    :changes [
      #(0.9 single-spaced)
      #(1 (partial dashed "—" ["–" "–" "–" "—" "-"]))
      #(0.4 (partial replaced "'" "’"))
      #(0.9 (partial quoted ["\"\"''" "\"\"''" "„“‚‘" "„“‚‘" "»«›‹" "“”‘’"]))
      #(0.4 (partial replaced r"\.\.\." "…"))
      #(0.5 (partial replaced SHARP "ss"))
      #(0.1 (partial in-digits "
        zwei drei vier fünf sechs sieben acht neun zehn elf zwölf dreizehn vierzehn fünfzehn
        sechzehn siebzehn achtzehn neunzehn zwanzig" r" [A-ZÄÖÜ]\w+"))
      #(0.06 str.lower)]
    :days ["Montag" "Dienstag" "Mittwoch" "Donnerstag" "Freitag" "Samstag" "Sonntag"]
    :months ["Januar" "Februar" "März" "April" "Mai" "Juni" "Juli" "August" "September"
      "Oktober" "November" "Dezember"]
    :dates ["{d:02}.{m:02}.{yy:02}" "{weekday}, {d}. {month}" "{weekday}, {d}. {month} {y}"
      "{d}. {month}" "{d}. {month} {y}" "{d}.{m}." "{d}.{m}.{y}" "{weekday}, {d}.{m}." "{weekday}"]
    :greetings ["Hallo {}," "Hi {}," "Guten Morgen {}," "Hallo zusammen,"]
    :closings ["Viele Grüße\n{}" "Liebe Grüße\n{}" "LG {}" "Bis bald\n{}" "Gruß, {}"
      "Mit freundlichen Grüßen\n{}"])))
