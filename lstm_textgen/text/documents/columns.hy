"The columns of a table: its header, which column a name means, conditions on their cells."

(eval-when-compile (require hyrule [meth unless]))
(import
  collections [Counter]
  math [nan]
  operator
  re
  shlex
  unicodedata [normalize]
  lstm-textgen.basics.messages [Message refuse]
  lstm-textgen.basics.terminal [printable]
  lstm-textgen.basics.values [CONDITION clip counted]
  lstm-textgen.text.decoding [NotText]
  lstm-textgen.text.documents.reading [one-line])

(setv
  NUMBER (re.compile r"[\W_]*\d[\W\d_]*")  ; dates and prices, too: digits without a letter
  COMPARISONS {"<" operator.lt  ">" operator.gt  "<=" operator.le  ">=" operator.ge}
  MOST-LISTED 30  ; columns in a message
  MOST-VALUES 1000  ; different values of a column that are counted
  VALUES-SHOWN 8  ; of these in a message
  LONGEST-VALUE 40)  ; characters of each there


(defn find-header [rows]
  #[[Return #(names start said): the columns' names, where the rows below them begin, and a note.

  The first of `rows` is the header if no cell of it is a number or recurs below; without one, the
  columns are numbered from 1. The keys of JSON's objects, which are dicts, are always names.]]
  (setv
    [first #* below] (or rows [[]])
    names (list (map one-line first)))
  (cond
    (and below (isinstance (get below 0) dict)) #(names 1 "")
    (any (gfor
      [n name] (enumerate names)
      :if name
      (or (.fullmatch NUMBER name) (any (gfor row below (= name (one-line (cell-of row n))))))))
      #((lfor n (range (max (map len rows))) (str (+ n 1))) 0 "; no header")
    True #(names 1 f"; header: {(listed (filter None names))}")))


(defn listed [names]
  "Return the `names` of columns, separated by commas; those with one are in quotation marks."
  (clip (.join ", " (gfor name names (if (in "," name) f"\"{name}\"" name))) 200))


(defn cell-of [row index]
  "Return the text of a cell of a `row`, which has a list or dict of some by their indices."
  (try
    (.strip (get row index))
    (except [LookupError] "")))


;; * Names

(defn find-name [name names]
  #[[Return the index among `names` of the one that `name` means, or None.

  It is the same, or is so but for case, white space and apostrophes; or it has this number,
  counted from 1; or it is the only one that contains `name`. Two that have the same name can only
  be meant by their numbers.]]
  (setv
    folded (list (map _folded names))
    wanted (_folded name)
    numbers (lfor n (range (len names)) (str (+ n 1)))
    within (lfor [n each] (enumerate folded) :if (in wanted each) n))
  (cond
    (in wanted folded) (do
      (setv index (if (in name names) (.index names name) (.index folded wanted)))
      (when (= (.count names (get names index)) 1) index))
    (in wanted numbers) (.index numbers wanted)
    (= (len within) 1) (get within 0)))


(defn _folded [name]
  (re.sub "['’]" "" (.casefold (comparable name))))


(defn find-column [name rows header reading]
  "Return the index of the column `name` in the `header`; raise `NotText` if there is none."
  (setv index (find-name name header))
  (unless header (raise (NotText f"{reading.name} has no text")))
  (when (is-not index None) (return index))
  (setv
    columns (lfor
      [n column] (enumerate (cut header MOST-LISTED))
      :setv example (one-line (next (filter None (gfor row rows (cell-of row n))) ""))
      f"{(+ n 1)} {(listed [(clip column 60)])}{(if example f" ({(clip example 30)})" "")}")
    more (- (len header) MOST-LISTED)
    many? (> (sum (gfor column header (in (_folded name) (_folded column)))) 1))
  (raise (NotText (+ f"{reading.name} has {(if many? "several columns with" "no column")} "
    f"'{(clip name)}'; choose from: {(.join ", " columns)}"
    (if (> more 0) f" and {more :,} more" "")))))


;; * Conditions on rows, such as `lang=en`

(defclass Condition []
  "A condition on a column, as `name!=value` or `name<3`; it counts all values, for a message."

  (meth __init__ [@text]
    (setv
      [quoted name sign number unequal value] (.groups (.fullmatch CONDITION text))
      @name (one-line (or quoted name))
      @equal (not unequal)
      @compare (.get COMPARISONS sign)  ; a function of two numbers, or None
      @value (comparable (or number value))
      @found False  ; whether a row has that value or, for a comparison, a number
      @values (Counter)))

  (meth met? [cell]
    "Return whether a row with this `cell` (text) is read; each line of a cell is a value, too."
    (setv
      lines (or (list (filter None (map comparable (.splitlines cell)))) [""])
      numbers (if @compare (list (map number-in lines)) [])
      same (in @value [(comparable cell) #* lines]))
    (for [value (dict.fromkeys (gfor line lines (clip line LONGEST-VALUE)))]
      (when (or (in value @values) (< (len @values) MOST-VALUES)) (+= (get @values value) 1)))
    (|= @found (or same (any (gfor n numbers (= n n)))))
    (if @compare
      (any (gfor n numbers (@compare n (number-in @value))))
      (= same @equal))))


(defn number-in [text]
  "Return the number that `text` is, such as `1,234.5` or `1,5`; NaN, like no other, for none."
  (try
    (float (.replace (re.sub r"(?<=\d),(?=\d{3}(?:\D|$))" "" text) "," "."))
    (except [ValueError] nan)))


(defn comparable [text]
  "Return `text` as it is compared: in normal form C, any white space as one space."
  (normalize "NFC" (one-line text)))


(defn in-words [conditions]
  "Return ` where` and the `conditions`, or nothing without any."
  (if conditions
    f" where {(clip (printable (.join " and " (gfor each conditions each.text))) 100)}"
    ""))


(defn tested? [conditions]
  "Return whether rows were read for which the `conditions` (a list) held or not."
  (any (gfor each conditions each.values)))


(defn check-conditions [conditions empty warn]
  #[[Raise `ValueError` if a value of the `conditions` is in no row read, or no row met them all.

  `empty` is whether no text was read. A value of no row that was to be left out is no error, but
  may be misspelled; `warn`, a function or None, is called with a line about it.]]
  (for [each conditions  :if (and each.values each.value (not each.found))]
    (setv
      wanted (.casefold each.value)
      ;; Those that contain it come first, such as those in another case.
      counts (sorted (.most-common each.values)
        :key (fn [pair] (not-in wanted (.casefold (get pair 0)))))
      values (lfor
        [value n] (cut counts VALUES-SHOWN)
        f"{(or value "no text")} ({n :,})")
      more (cond
        (= (len counts) MOST-VALUES) " and many more"
        (> (len counts) VALUES-SHOWN) f" and {(- (len counts) VALUES-SHOWN)} more"
        True "")
      wanted (if each.compare "a number" f"'{(clip each.value)}'")
      line (Message 'where ": " (printable (+ f"no row has {wanted} in column "
        f"{(clip each.name)}; its values are {(.join ", " values)}{more}"))))
    (cond
      each.equal (refuse line)
      warn (warn line)))
  (when (and empty (tested? conditions))
    (refuse 'where f": there is no row with text{(in-words conditions)}")))


(defn say-gaps [gaps warn]
  "Call `warn` with a line for each column in `gaps`, a `Counter` of the rows that lack its cell."
  (for [[name n] (.items gaps)]
    (setv
      one (= n 1)
      condition (shlex.quote f"{(if (re.search "[=!<>]" name) f"\"{name}\"" name)}!="))
    (warn (Message (printable f"{(counted n "rows")} {(if one "has" "have")} no {name}; leave ")
      f"{(if one "it" "them")} out with " 'where f" {(printable condition)}"))))
