#[[The words of texts, so that a model that spells what it writes invents none.

A model keeps those of its text and of its base's texts. Of a text that invents words itself, such
as a list of names, it keeps none. A file has the words sorted, and of each how many of its first
characters, at most nine, are those of the word before it, and the rest, as in 0read4er4s2d+.]]

(eval-when-compile (require hyrule [meth unless]))
(import
  bisect [bisect-left]
  collections [Counter]
  itertools [takewhile]
  re
  lstm-textgen.basics.messages [refuse])

(setv
  SPELLED-WORD (re.compile r"[^\W\d_]+")
  LONGEST-READ 2_000_000  ; characters: a longer text teaches its words
  TENTHS 10          ; of a text, the last of which shows whether it invents words
  MOST-STRANGE 0.02  ; of its words, those in small letters that are in no lexicon, …
  MOST-NEW 0.2       ; … and all, with names, in a text that doesn't
  CLOSE 6            ; words in which no word comes again, unless …
  SHORT-WORD 3       ; … it has so few letters, or …
  AGAIN 0.03         ; … this share of its places in a text is so near to another …
  MARK "+"           ; … which this says
  PACKED (re.compile r"(\d)([^\d+]*)(\+?)"))


(defn lexicon-of [text [known b""]]
  #[[Return the lexicon (bytes) of `text` (str) and of what is `known`, another one, or none.

  A text has none if it is too long, or if too many words in its last part are in neither.]]
  (when (> (len text) LONGEST-READ) (return b""))
  (setv
    words (.findall SPELLED-WORD text)
    tested (// (len words) TENTHS)
    first (- (len words) tested)
    read (set (map str.lower (cut words first)))
    lexicon (Lexicon known)
    strange (lfor
      word (cut words first None)
      :if (not (or (in (.lower word) read) (in (.lower word) lexicon)))
      word)
    small (sum (map str.islower strange)))
  (if (or (not tested) (> small (* MOST-STRANGE tested)) (> (len strange) (* MOST-NEW tested)))
    b""
    (joined-lexicons (packed (marked-words #* (counted (map str.lower words)))) known)))


(defn counted [words]
  "Return #(counts near): how often each of `words` comes, and how often near another place."
  (setv [counts near last] [(Counter) (Counter) {}])
  (for [[n word] (enumerate words)]
    (+= (get counts word) 1)
    (when (< (- n (.get last word (- CLOSE))) CLOSE) (+= (get near word) 1))
    (setv (get last word) n))
  #(counts near))


(defn marked-words [counts near]
  "Return the words in `counts`, a list; those that often come again `near` have a mark."
  (lfor [word n] (.items counts)  (if (>= (get near word) (* AGAIN n)) (+ word MARK) word)))


(defn packed [words]
  "Return the lexicon (bytes) of these `words`, with or without a mark."
  (setv [parts last] [[] ""])
  (for [word (sorted (set words))]
    (setv alike (sum (gfor _ (takewhile (fn [pair] (= #* pair)) (zip (cut last 9) word)) 1)))
    (.append parts f"{alike}{(cut word alike None)}")
    (setv last (.rstrip word MARK)))
  (.encode (.join "" parts)))


(defn joined-lexicons [one other]
  "Return the lexicon of the words in `one` and `other`, bytes."
  (setv words (sfor each [one other] word (.marked (Lexicon each)) word))
  (if (and one other)
    (packed (sfor word words :if (not-in (+ word MARK) words) word))
    (or one other)))


(defclass Lexicon []
  "The words in the bytes `data`; those with one first letter are unpacked when one is looked up."

  (meth __init__ [data]
    (setv
      text (.decode data)
      @_parts (dfor part (cut (.split text "0") 1 None) (cut part 1) (+ "0" part))
      @_words {}))

  (meth __contains__ [word]
    (= (@_from word) word))

  (meth begins? [start]
    "Return whether a word begins with `start`."
    (.startswith (@_from start) start))

  (meth comes-again? [word]
    "Return whether `word` may come again near its last place."
    (or (<= (len word) SHORT-WORD) (in word (get (@_beginning word) 1))))

  (meth marked []
    "Return the list of all words, with their marks."
    (lfor first @_parts  [word mark] (_unpacked (get @_parts first)) (+ word mark)))

  (meth _from [start]
    "Return the first word not before `start` with its first letter, or an empty one."
    (setv
      [words _] (@_beginning start)
      n (bisect-left words start))
    (if (< n (len words)) (get words n) ""))

  (meth _beginning [word]
    "Return [words again]: a sorted list of those with the first letter of `word`, a set of some."
    (setv first (cut word 1))
    (unless (in first @_words)
      (setv
        pairs (list (_unpacked (.get @_parts first "")))
        (get @_words first) [
          (sorted (gfor [each _] pairs each))  ; a page sorts some in another order
          (sfor [each mark] pairs :if mark each)]))
    (get @_words first)))


(defn _unpacked [part]
  "Yield #(word mark) of each word that the text `part` of a lexicon has."
  (setv last "")
  (for [[alike rest mark] (.findall PACKED part)]
    (setv last (+ (cut last (int alike)) rest))
    (yield #(last mark))))


(defn check-lexicon [data]
  "Raise `ValueError` unless `data`, a stranger's bytes, is a lexicon."
  (unless (re.fullmatch r"(\d[^\d+\ufffd]*\+?)*" (.decode data "utf-8" "replace"))
    (refuse "its lexicon is invalid")))
