#[[Regular expressions as automata: which units may follow so that the whole text can still match.

What a pattern demands of a text is an `Expression`, and so is what it demands of the rest of the
text after a character, the derivative (Brzozowski 1964): after `dr`, `dragon` demands `agon`. A
text matches if nothing more is demanded of it. Derivatives are made when a text first needs them,
and kept, so a pattern takes time only for the texts that are tried.

Python's own parser reads the pattern and its own engine says which characters a class has, so a
pattern means what it means in `re`. What no automaton can do, such as a reference to a group, is
refused.]]

(eval-when-compile (require hyrule [meth unless]))
(import
  functools [lru-cache reduce]
  math [inf]
  re
  re._compiler :as compiler
  re._constants :as codes
  re._parser :as parser
  numpy :as np
  lstm-textgen.basics.messages [refuse]
  lstm-textgen.basics.values [quoted])

(setv
  LONGEST-PATTERN 500  ; characters of a pattern
  MOST-STATES 20_000  ; expressions of one automaton
  SINGLE #{codes.LITERAL codes.NOT-LITERAL codes.ANY codes.IN}  ; what demands one character
  REPEATS #{codes.MAX-REPEAT codes.MIN-REPEAT}
  ANCHORS-BEFORE #{codes.AT-BEGINNING codes.AT-BEGINNING-STRING}
  ANCHORS-AFTER #{codes.AT-END codes.AT-END-STRING})


(defclass Expression []
  #[[What a pattern demands of the rest of a text.

  `op` is set, cat, or, and, not or repeat, `parts` what it joins. `nullable` says whether the rest
  may be empty, `least` how many characters it has at least (None: not known yet, as for what has
  an `and` or a `not` in it). `derivatives` is a dict from a class of characters to what is
  demanded after one of them.]]

  (meth __init__ [@op @parts]
    (setv
      [@nullable @least] (match op
        "set" [False 1]
        "cat" [(all (gfor p parts p.nullable)) (_least sum parts)]
        "or" [(any (gfor p parts p.nullable)) (_least (fn [all] (min [inf #* all])) parts)]
        "and" [(all (gfor p parts p.nullable)) None]
        "not" [(not (. (get parts 0) nullable)) None]
        "repeat" (do
          (setv [a least _] parts)
          [(= least 0) (_least sum (* [a] least))]))
      @derivatives {})))


(defn _least [combine parts]
  "Return what `combine` makes of the least lengths of `parts`, or None if one isn't known."
  (setv lengths (lfor part parts part.least))
  (unless (in None lengths) (combine lengths)))


(defclass Automaton []
  #[[The automaton of the regular expression `pattern` over `characters` (str).

  `class-of` is a dict from each character to its class, a number: characters of one class are
  alike to the pattern; those in `apart` have one each. `start` is what the pattern demands of a
  whole text. Raise `ValueError` for what isn't a regular expression, for one that no automaton can
  do, and where it grows too large.]]

  (meth __init__ [@pattern characters [apart ""]]
    (when (> (len pattern) LONGEST-PATTERN)
      (refuse 'match f" has {(len pattern) :,} characters; give at most {LONGEST-PATTERN}"))
    (setv
      tree (_parsed pattern)
      tests (dict.fromkeys (_tests tree tree.state.flags))
      rows (dfor
        c characters
        c #((if (in c apart) c "") #* (gfor test tests (bool (.fullmatch test c)))))
      numbers (dfor [n row] (enumerate (dict.fromkeys (.values rows))) row n)
      @class-of (dfor [c row] (.items rows) c (get numbers row))
      @classes (range (len numbers))
      @known {}
      @nothing (@make "or" #())
      @empty (@make "cat" #())
      @anything (@make "repeat" #((@make "set" (frozenset @classes)) 0 None))
      ;; The classes that each test accepts.
      @_sets (dfor
        [k test] (enumerate tests)
        test (frozenset (gfor [[_ #* row] n] (.items numbers) :if (get row k) n))))
    (try
      (setv @start (@_sequence tree tree.state.flags @empty))
      (for [c @classes] (@derive @start c))  ; the deepest recursion
      (except [RecursionError]
        (refuse 'match f": {(shown pattern)} is nested too deeply"))))

  ;; * Steps

  (meth derive [e c]
    "Return what the expression `e` demands after a character of the class `c` (None: unknown)."
    (unless (in c e.derivatives)
      (setv (get e.derivatives c) (@_derivative e.op e.parts c)))
    (get e.derivatives c))

  (meth _derivative [op parts c]
    (match op
      "set" (if (in c parts) @empty @nothing)
      "cat" (do
        (setv [a b] (or parts [@nothing @nothing]))
        (setv after-a (@then (@derive a c) b))
        (if a.nullable (@either [after-a (@derive b c)]) after-a))
      "or" (@either (gfor part parts (@derive part c)))
      "and" (@both (gfor part parts (@derive part c)))
      "not" (@no (@derive (get parts 0) c))
      "repeat" (do
        (setv [a least most] parts)
        (@then (@derive a c)
          (@repeated a (max 0 (- least 1)) (if (is most None) None (- most 1)))))))

  (meth least [e]
    "Return how many characters `e` demands at least; ∞ if no text can match."
    (when (is e.least None)
      (setv
        [depth found] [0 inf]
        seen #{e}
        frontier [e])
      (while (and frontier (< depth found))
        (setv
          found (min [found #* (gfor
            each frontier
            :setv more (if each.nullable 0 each.least)
            :if (is-not more None)
            (+ depth more))])
          frontier (list (dict.fromkeys (gfor
            each frontier
            :if (is each.least None)
            c @classes
            :setv next (@derive each c)
            :if (not-in next seen)
            next))))
        (.update seen frontier)
        (+= depth 1))
      (setv e.least found))
    e.least)

  ;; * Expressions from others

  (meth make [op parts]
    "Return the only expression of `op` and `parts`."
    (setv key #(op parts))
    (unless (in key @known)
      (when (>= (len @known) MOST-STATES)
        (refuse 'match f": {(shown @pattern)} grows too large; give a simpler one"))
      (setv (get @known key) (Expression op parts)))
    (get @known key))

  (meth then [a b]
    "Return the expression of a text by `a`, then one by `b`."
    (cond
      (or (is a @nothing) (is b @nothing)) @nothing
      (is a @empty) b
      (is b @empty) a
      (and (= a.op "cat") a.parts) (@then (get a.parts 0) (@then (get a.parts 1) b))
      True (@make "cat" #(a b))))

  (meth either [parts]
    "Return the expression of a text by one of `parts`."
    (setv parts (_flat "or" parts))
    (cond
      (in @anything parts) @anything
      (not parts) @nothing
      (= (len parts) 1) (next (iter parts))
      True (@make "or" parts)))

  (meth both [parts]
    "Return the expression of a text by all of `parts`."
    (setv parts (- (_flat "and" parts) #{@anything}))
    (cond
      (in @nothing parts) @nothing
      (not parts) @anything
      (= (len parts) 1) (next (iter parts))
      True (@make "and" parts)))

  (meth no [a]
    "Return the expression of any text that isn't by `a`."
    (cond
      (is a @nothing) @anything
      (is a @anything) @nothing
      (= a.op "not") (get a.parts 0)
      True (@make "not" #(a))))

  (meth repeated [a least most]
    "Return the expression of `least` to `most` (None: any number) texts by `a`."
    (when a.nullable (setv least 0))
    (cond
      (or (= most 0) (is a @empty)) @empty
      (is a @nothing) (if least @nothing @empty)
      (= least most 1) a
      True (@make "repeat" #(a least most))))

  ;; * From the tree of Python's parser

  (meth _sequence [items flags rest [first True] [inside False]]
    #[[Return the expression of what `items` demand, then `rest`.

    `first`: nothing precedes them. `inside`: they are repeated, so the rest isn't known here.]]
    (for [[n [op value]] (reversed (list (enumerate items)))]
      (setv leads (and first (= n 0)))
      (setv rest (cond
        (in op SINGLE) (do
          (setv classes (get @_sets (_test op value flags)))
          (@then (if classes (@make "set" classes) @nothing) rest))
        (in op REPEATS) (do
          (setv
            [least most part] value
            part (@_sequence part flags @empty False True))
          (@then (@repeated part least (when (!= most codes.MAXREPEAT) most)) rest))
        (= op codes.BRANCH)
          (@either (lfor part (get value 1) (@_sequence part flags rest leads inside)))
        (= op codes.SUBPATTERN) (do
          (setv [_ added removed part] value)
          (@_sequence part (& (| flags added) (bnot removed)) rest leads inside))
        (and (in op #{codes.ASSERT codes.ASSERT-NOT}) (= (get value 0) 1) (not inside)) (do
          (setv ahead (@_sequence (get value 1) flags @anything False))
          (@both [(if (= op codes.ASSERT) ahead (@no ahead)) rest]))
        (= op codes.FAILURE) @nothing
        (and (= op codes.AT) leads (in value ANCHORS-BEFORE)) rest
        (and (= op codes.AT) (in value ANCHORS-AFTER) (not inside) (not (& flags re.MULTILINE)))
          (if rest.nullable @empty @nothing)
        True (refuse 'match f": {(shown @pattern)} has "
          (.get UNABLE op "what no automaton can do") "; "
          "leave it out, or give a function of the text in Python"))))
    rest))


(setv UNABLE {
  codes.GROUPREF "a reference to a group"
  codes.GROUPREF-EXISTS "a condition on a group"
  codes.ATOMIC-GROUP "an atomic group"
  codes.POSSESSIVE-REPEAT "a possessive repeat"
  codes.ASSERT "a look-behind, or a look-ahead that is repeated"
  codes.ASSERT-NOT "a look-behind, or a look-ahead that is repeated"
  codes.AT "an anchor, such as \\b, within the text"})


(defn _flat [op parts]
  "Return the frozenset of `parts`, with the parts of those that are of this `op` themselves."
  (frozenset (gfor part parts  each (if (= part.op op) part.parts [part]) each)))


(defn shown [pattern]
  "Return the beginning of `pattern`, quoted."
  (quoted (if (> (len pattern) 40) (+ (cut pattern 40) "…") pattern)))


(defn _parsed [pattern]
  "Return the tree of `pattern`; raise `ValueError` if it isn't a regular expression."
  (try
    (parser.parse pattern)
    (except [error [re.error OverflowError RecursionError]]
      (refuse 'match f": {(shown pattern)} is no regular expression: {error}"))))


(defn _tests [items flags]
  "Yield the tests of single characters in a tree."
  (for [[op value] items]
    (cond
      (in op SINGLE) (yield (_test op value flags))
      (= op codes.BRANCH) (for [part (get value 1)] (yield :from (_tests part flags)))
      (= op codes.SUBPATTERN) (do
        (setv [_ added removed part] value)
        (yield :from (_tests part (& (| flags added) (bnot removed)))))
      (or (in op REPEATS) (in op #{codes.ASSERT codes.ASSERT-NOT}))
        (yield :from (_tests (get value -1) flags)))))


(defn _test [op value flags]
  "Return the compiled regex of a single character; equal ones are the same object."
  (_compiled op (if (= op codes.IN) (tuple value) value) flags))


(defn [(lru-cache 1000)] _compiled [op value flags]
  (setv state (parser.State))
  (setv state.flags flags)
  (compiler.compile (parser.SubPattern state [#(op (if (= op codes.IN) (list value) value))])))


;; * Over a vocabulary

(defclass Guide [Automaton]
  #[[What `pattern` demands of texts of the units of `vocabulary`; a text matches as a whole.

  A text that must be followed by `end`, as an item of a list is, is over with the first one, so
  that is part of what is demanded at the `start`. `lengths` (size,) are those of the units, in
  characters. Raise `ValueError` if there is no such text.]]

  (meth __init__ [pattern @vocabulary [@end ""]]
    (.__init__ (super) pattern
      (.join "" (dict.fromkeys (.join "" [#* vocabulary.units end]))) end)
    (setv
      spelled (lfor unit vocabulary.units (tuple (gfor c unit (get @class-of c))))
      numbers (dfor [n each] (enumerate (dict.fromkeys spelled)) each n)
      ;; Units that are alike to the pattern are tried once.
      [@_alike @_which] [(list numbers) (np.array (lfor each spelled (get numbers each)))]
      [@_needs @lengths] [{} vocabulary.lengths]
      [@_whole @start] [@start (if end (@_before-end) @start)])
    (when (= (@least @start) inf)
      (refuse 'match f": no text by this model can match {(shown pattern)}")))

  (meth _before-end []
    "Return what is demanded of a text and its end, which comes but once."
    (setv
      over @empty
      any-character (get @anything.parts 0))
    (for [c (reversed @end)]
      (setv over (@then (@make "set" (frozenset [(get @class-of c)])) over)))
    (@both [
      (@then @start over)
      (@no (@then @anything (@then over (@then any-character @anything))))]))

  (meth after [e text]
    "Return what is demanded after `text` (str), given that `e` was before it."
    (reduce @derive (map @class-of.get text) e))

  (meth matches? [text]
    "Return whether all of `text` (str), without the end, matches."
    (. (@after @_whole text) nullable))

  (meth needs [e]
    "Return how many characters are demanded at least after each unit (size,), ∞ if it can't come."
    (unless (in e @_needs)
      (setv
        alike (lfor classes @_alike (@least (reduce @derive classes e)))
        needs (get (np.array alike "float32") @_which))
      (unless (is @vocabulary.unknown None) (setv (get needs @vocabulary.unknown) inf))
      (setv (get @_needs e) needs))
    (get @_needs e)))
