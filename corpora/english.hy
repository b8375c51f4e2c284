#[[The base model `english`: the recipe that makes it from a folder of English texts.

    ./train.hy --recipe corpora/english.hy --model ./english.h5

The texts are old books, plays, letters and speeches (README.md beside this file says which), in
the folder `english` beside it. `forms.hy` puts them into the forms in which people write.]]

(import
  functools [partial]
  re
  forms [CHATS Language base-recipe chat-form close-form dashed in-digits list-form open-form
    play-form single-spaced wrapped-form])


(defn straight [text]
  (.translate text (str.maketrans "“”‘’" "\"\"''")))


(defn curly [text]
  "Return `text` with curly quotes and apostrophes."
  (setv
    text (re.sub r"(^|[\s(\[—-])\"" r"\1“" text)
    text (.replace text "\"" "”")
    text (re.sub r"(^|[\s(\[“—-])'" r"\1‘" text))
  (.replace text "'" "’"))


(setv english (base-recipe "english"
  "Old books, plays, letters and speeches, in the forms in which people write."
  (Language
    :letters "àâäæçèéêëîïñôöùûüÀÇÉÖÜœß£°§½“”‘’—–…"
    :plain straight
    :speaks "\""
    :named r"[a-z,] ([A-Z][a-z]{2,9})\b"
    :weights (fn [spoken] {
      open-form 36  wrapped-form 26  close-form 14  list-form 6
      play-form (* 30 spoken)  chat-form (* 10 spoken)})
    :chats CHATS
    :changes [
      #(0.9 single-spaced)
      #(0.8 (partial dashed " ?(?:—|–|--+) ?" ["—" "—" "--" " - " " – " " — "]))
      #(0.4 curly)
      #(0.1 (partial in-digits "
        two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen
        sixteen seventeen eighteen nineteen twenty" r" \w+s\b"))
      #(0.04 str.lower)])))
