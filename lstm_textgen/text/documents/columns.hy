"The columns of a table: which row has their names, which a name means, conditions on their cells."

(eval-when-compile (require hyrule [->> meth unless]))
(import
  collections [Counter]
  itertools [takewhile]
  re
  statistics [median]
  unicodedata [normalize]
  lstm-textgen.basics.messages [Message refuse]
  lstm-textgen.basics.terminal [printable]
  lstm-textgen.basics.values [CONDITION clip column-parts several]
  lstm-textgen.text.decoding [NotText]
  lstm-textgen.text.documents.reading [one-line])

(setv
  MOST-LISTED 30  ; columns in a message
  MOST-TITLES 5  ; rows above the header
  MAX-FORM 100  ; characters of a cell that are compared with others
  LONG-CELL 20  ; characters above which half a cell is longer than most names of columns
  MOST-VALUES 1000  ; different values of a column that are counted
  VALUES-SHOWN 8  ; of these in a message
  LONGEST-VALUE 40)  ; characters of each there


(defn find-header [rows asked]
  #[[Return #(names start said): the columns' names, where the rows below them begin, and a note.

  The columns are numbered from 1 if the first of `rows` looks like data, unless a name that is
  `asked` for (a list) is in it.]]
  (setv
    above (rows-above-header rows asked)
    names (list (map one-line (get [#* rows []] above)))
    numbers? (all (gfor name asked (and (.isdecimal name) (not (_named? name names)))))
    data? (if (and numbers? (= above 0)) (_data? rows) False))
  (cond
    data? #((lfor n (range (max (map len rows))) (str (+ n 1))) 0 "; the table has no header")
    (is data? None) #(names 1 "; the first row was taken as the header")
    True #(names (+ above 1) "")))


(defn _named? [number names]
  #[[Return whether `number` is one of the `names` in a table's first row, not a column's number.

  It is one if there are fewer columns, or if the next number is a name, too; otherwise it may be a
  cell of a table without a header.]]
  (setv n (int number))
  (and (in number names)
    (or (not (<= 1 n (len names)))
      (any (gfor near [(- n 1) (+ n 1)] (in (str near) names))))))


(defn _data? [rows]
  #[[Return whether the first of `rows` is like those below it; None if that is unclear.

  A cell is like those below it if it equals one, is written like one of digits and others, or is
  about as long; it is unlike them if it has no digit and they all have.]]
  (when (or (< (len rows) 2) (isinstance (get rows 1) dict)) (return False))  ; JSON names its own
  (defn form [cell]
    (->> (cut cell MAX-FORM) (re.sub r"[^\W\d_]+" "a") (re.sub r"\d+" "0")))
  (defn like? [cell others]
    (setv
      own (form cell)
      forms (set (map form others)))
    (cond
      (or (in cell others) (and (in "0" own) (in own forms))) True
      (and (not-in "0" own) (all (gfor each forms (in "0" each)))) False
      (>= (* 2 (len cell)) (median (map len others)) LONG-CELL) True))
  (setv found (sfor
    [n cell] (enumerate (cut (get rows 0) MOST-LISTED))
    :setv others (list (filter None (gfor row (cut rows 1 None) (cell-of row n))))
    :if (and cell others)
    (like? cell others)))
  (if (in False found) False (or (in True found) None)))


(defn asked-names [reading]
  "Return the list of the names and numbers of columns that a `Reading` asks for."
  [ #* (lfor
      text (several (or reading.column []))
      [_ name] (column-parts text)
      :if name
      (one-line name))
    #* (lfor each reading.where each.name)])


(defn rows-above-header [rows asked]
  #[[Return how many of the first `rows` of a table are above the one with its columns' names.

  Those may be a few titles, with text only in the first cell. The next row is the header
  if it has several cells, no empty one between them, and as many as any row, of which most have
  several; but not if the first row has one of the names `asked` for.]]
  (setv
    widths (lfor  ; up to the last cell with text; JSON has dicts below the header
      row rows
      :if (isinstance row list)
      (max (gfor [n cell] (enumerate row 1) :if cell n) :default 0))
    above (len (list (takewhile (fn [width] (<= width 1)) widths)))
    [wide #* below] (or (cut widths above None) [0])
    below (list (filter None below))
    cells (sfor cell (get [#* rows []] 0) (_folded cell))
    asked? (any (gfor name asked (in (_folded name) cells))))
  (if (and (<= 1 above MOST-TITLES)
      (>= wide (max [2 #* below]))
      (= wide (sum (map bool (get rows above))))
      (> (sum (gfor width below (> width 1))) (/ (len below) 2))
      (not asked?))
    above
    0))


(defn cell-of [row index]
  "Return the text of a cell of a `row`, which has a list or dict of some by their indices."
  (try
    (.strip (get row index))
    (except [LookupError] "")))


;; * Names

(defn find-name [name names]
  #[[Return the index among `names` of the one that `name` means, or None.

  It is the same, or is so but for case, white space and apostrophes; or it has this number,
  counted from 1; or it is the only one that contains `name`.]]
  (setv
    folded (list (map _folded names))
    wanted (_folded name)
    numbers (lfor n (range (len names)) (str (+ n 1)))
    within (lfor [n each] (enumerate folded) :if (in wanted each) n))
  (cond
    (in name names) (.index names name)
    (in wanted folded) (.index folded wanted)
    (in wanted numbers) (.index numbers wanted)
    (= (len within) 1) (get within 0)))


(defn _folded [name]
  "Return the `name` of a column as it is compared: without apostrophes."
  (re.sub "['’]" "" (.casefold (comparable name))))


(defn find-column [name rows header reading]
  "Return the index of the column `name` in the `header`; raise `NotText` if there is none."
  (setv index (find-name name header))
  (unless header (raise (NotText f"{reading.name} has no text")))
  (when (is-not index None) (return index))
  (setv
    columns (lfor
      [n column] (enumerate (cut header MOST-LISTED))
      :setv example (next (filter None (gfor row rows (cell-of row n))) "")
      f"{(+ n 1)} {(clip column 60)}{(if example f" ({(clip (one-line example) 30)})" "")}")
    more (- (len header) MOST-LISTED)
    many? (> (sum (gfor column header (in (_folded name) (_folded column)))) 1))
  (raise (NotText (+ f"{reading.name} has {(if many? "several columns with" "no column")} "
    f"'{(clip name)}'; choose from: {(.join ", " columns)}"
    (if (> more 0) f" and {more :,} more" "")
    (if (_data? [header #* rows]) "; if the first row is no header, give a number" "")))))


;; * Conditions on rows, such as `lang=en`

(defclass Condition []
  #[[A condition on the cells of a column, `name=value` or `name!=value`.

  It counts the column's values in all tables that are read, for the message if none of them is
  its own.]]

  (meth __init__ [@text]
    (setv
      [quoted name unequal value] (.groups (.fullmatch CONDITION text))
      @name (one-line (or quoted name))
      @equal (not unequal)
      @value (comparable value)
      @found False  ; whether a row has that value
      @values (Counter)))

  (meth met? [cell]
    "Return whether a row with this `cell` (text) is read; each line of a cell is a value, too."
    (setv
      lines (or (list (filter None (map comparable (.splitlines cell)))) [""])
      same (in @value [(comparable cell) #* lines]))
    (for [value (dict.fromkeys (gfor line lines (clip line LONGEST-VALUE)))]
      (when (or (in value @values) (< (len @values) MOST-VALUES)) (+= (get @values value) 1)))
    (|= @found same)
    (= same @equal)))


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
      line (Message 'where ": " (printable (+ f"no row has '{(clip each.value)}' in column "
        f"{(clip each.name)}; its values are {(.join ", " values)}{more}"))))
    (cond
      each.equal (refuse line)
      warn (warn line)))
  (when (and empty (tested? conditions))
    (refuse 'where f": there is no row with text{(in-words conditions)}")))
