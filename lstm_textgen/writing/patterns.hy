#[[Regular expressions as automata: which units may follow so that the whole text can still match.

What a pattern demands of a text is an `Expression`, and so is what it demands of the rest of the
text after a character, the derivative (Brzozowski 1964): after `dr`, `dragon` demands `agon`. A
text matches if nothing more is demanded of it. Derivatives are made when a text first needs them,
and kept for a while, so a pattern takes time only for the texts that are tried. What would take
too long counts as what can't match: no text goes there.

Python's own parser reads the pattern and its own engine says which characters a class has, so a
pattern means what it means in `re`. What no automaton can do, such as a reference to a group, is
refused.]]

(eval-when-compile (require hyrule [meth unless]))
(import
  functools [lru-cache reduce]
  heapq [heappop heappush]
  math [inf]
  re
  re._compiler :as compiler
  re._constants :as codes
  re._parser :as parser
  weakref [WeakValueDictionary]
  numpy :as np
  lstm-textgen.basics.messages [refuse]
  lstm-textgen.basics.values [quoted without-warning])

(setv
  LONGEST-PATTERN 500  ; characters of a pattern
  MOST-LISTED 500_000  ; code points in the ranges of its classes; Python lists them
  WIDEST 3000  ; alternatives that an expression may have
  MOST-SEARCHED 5000  ; alternatives of the expressions that a search goes through
  KEPT 200_000  ; alternatives of the expressions whose derivatives are kept: tens of MB
  FAR 1e9  ; characters; what demands more demands this many
  SINGLE #{codes.LITERAL codes.NOT-LITERAL codes.ANY codes.IN}  ; what demands one character
  REPEATS #{codes.MAX-REPEAT codes.MIN-REPEAT}
  ANCHORS-BEFORE #{codes.AT-BEGINNING codes.AT-BEGINNING-STRING}
  ANCHORS-AFTER #{codes.AT-END codes.AT-END-STRING})


(defclass TooWide [Exception]
  "An expression would have too many alternatives.")


(defclass Expression []
  #[[What a pattern demands of the rest of a text.

  `op` is set, cat, or, and, not or repeat, `parts` what it joins. `nullable` says whether the rest
  may be empty, `least` how many characters it has at least; unless `sure?`, as after `and` and
  `not`, it may have to have more. `width` is the number of alternatives to follow at once.
  `derivatives` is a dict from a class of characters to what is demanded after one of them, `needs`
  what a `Guide` keeps of it.]]

  (meth __init__ [@op @parts]
    (setv
      some (if (= op "repeat") (cut parts 1) (if (= op "set") [] parts))
      lengths (lfor part some part.least)
      @sure? (all (gfor part some part.sure?))
      [@nullable @least] (match op
        "set" [False 1]
        "cat" [(all (gfor p parts p.nullable)) (sum lengths)]
        "or" [(any (gfor p parts p.nullable)) (min lengths :default inf)]
        "and" [(all (gfor p parts p.nullable)) (max lengths)]
        "not" [(not (. (get parts 0) nullable)) 1]
        "repeat" [(= (get parts 1) 0) (* (get lengths 0) (get parts 1))])
      @width (max 1 (match op
        "cat" (sum (gfor part (cut parts 1) part.width))
        (| "or" "and" "not") (sum (gfor part parts part.width))
        _ 1))
      [@derivatives @needs] [{} None])
    (cond
      @nullable (setv [@least @sure?] [0 True])
      (in op ["and" "not"]) (setv @sure? False))
    (when (< FAR @least inf) (setv @least FAR))))


(defclass Automaton []
  #[[The automaton of the regular expression `pattern` over `characters` (str).

  `class-of` is a dict from each character to its class, a number: characters of one class are
  alike to the pattern; those of the `end`, which ends a text, have one each. `start` is what the
  pattern demands of a whole text, in which an `end` of one character doesn't occur. Raise
  `ValueError` for what isn't a regular expression, for one that no automaton can do, and where it
  grows too large.]]

  (meth __init__ [@pattern characters [end ""]]
    (when (> (len pattern) LONGEST-PATTERN)
      (refuse 'match f" has {(len pattern) :,} characters; give at most {LONGEST-PATTERN}"))
    (try
      (setv tree (_parsed pattern))
      (setv singles (list (_singles tree tree.state.flags)))
      (when (> (sum (gfor [op value _] singles
            :if (= op codes.IN)  [kind range] value :if (= kind codes.RANGE)
            (- #* (reversed range))))
          MOST-LISTED)
        (raise (TooWide)))
      (setv
        tests (list (dict.fromkeys (gfor single singles (_test #* single))))
        rows (dfor c characters c [(if (in c end) c "")]))
      (for [[k test] (enumerate tests)  c (set (.findall test characters))]
        (.append (get rows c) k))
      (setv
        rows (dfor [c row] (.items rows) c (tuple row))
        numbers (dfor [n row] (enumerate (dict.fromkeys (.values rows))) row n)
        @class-of (dfor [c row] (.items rows) c (get numbers row))
        @classes (range (len numbers))
        [@_known @_kept @gave-up?] [(WeakValueDictionary) 0 False]
        @nothing (@make "or" #())
        @empty (@make "cat" #())
        @anything (@make "repeat" #((@make "set" (frozenset @classes)) 0 None))
        @_sets (dfor [k test] (enumerate tests)  ; the classes that each test accepts
          test (frozenset (gfor [row n] (.items numbers)
            :if (and (in k (cut row 1 None)) (not (and row (get row 0) (= (get row 0) end))))
            n)))
        @start (@_sequence tree tree.state.flags @empty))
      (for [c @classes] (@derive @start c))  ; the deepest recursion
      (except [RecursionError]
        (refuse 'match f": {(shown pattern)} is nested too deeply"))
      (except [TooWide]
        (@refuse-large))))

  (meth refuse-large []
    "Raise `ValueError`, as the automaton grows too large."
    (refuse 'match f": {(shown @pattern)} grows too large; give a simpler one"))

  ;; * Steps

  (meth step [e c]
    "Return what `e` demands after a character of the class `c` (None: unknown)."
    (try
      (@derive e c)
      (except [[TooWide RecursionError]]
        (setv
          @gave-up? True
          (get e.derivatives c) @nothing)
        @nothing)))

  (meth derive [e c]
    "Return what `step` does, or raise `TooWide`."
    (setv next (.get e.derivatives c))
    (when (is next None)
      (setv
        next (@_derivative e c)
        (get e.derivatives c) next))
    next)

  (meth _derivative [e c]
    (setv parts e.parts)
    (match e.op
      "set" (if (in c parts) @empty @nothing)
      "cat" (do
        (setv ways [])
        (while (and (= e.op "cat") e.parts)  ; a chain may be too long for recursion
          (setv [a b] e.parts)
          (.append ways (@then (@derive a c) b))
          (setv e (if a.nullable b @empty)))
        (@either [#* ways (if (is e @empty) @nothing (@derive e c))]))
      "or" (@either (gfor part parts (@derive part c)))
      "and" (@both (gfor part parts (@derive part c)))
      "not" (@no (@derive (get parts 0) c))
      "repeat" (do
        (setv [a least most] parts)
        (@then (@derive a c)
          (@repeated a (max 0 (- least 1)) (if (is most None) None (- most 1)))))))

  (meth least [e]
    #[[Return how many characters `e` demands at least; ∞ if no text can match.

    This is the search A* (Hart et al. 1968), which trusts each `least` that is sure, and corrects
    the others.]]
    (unless e.sure?
      (setv
        [depths before closed] [{e 0} {} []]
        [waiting searched] [[#(e.least 0 0 e)] 0])
      (while waiting
        (setv
          [least up _ next] (heappop waiting)
          depth (- up))
        (when (or next.sure? (= least inf) (> searched MOST-SEARCHED)) (break))
        (when (= depth (get depths next))  ; otherwise a shorter way to it was found
          (.append closed next)
          (for [after (dict.fromkeys (gfor c @classes (@step next c)))]
            (+= searched after.width)
            (when (< (+ depth 1) (.get depths after inf))
              (setv
                (get depths after) (+ depth 1)
                (get before after) next)
              (heappush waiting #((+ depth 1 after.least) (- -1 depth) searched after)))))
        (else (setv least inf)))
      (for [each closed]
        (setv each.least (max each.least (- least (get depths each)))))
      (when (and (< least inf) (not next.sure?)) (setv [@gave-up? e.least] [True inf]))
      (setv e.sure? True)
      (while (and (< e.least inf) (is-not next e))
        (setv
          next (get before next)
          next.sure? True)))
    e.least)

  ;; * Expressions from others

  (meth make [op parts]
    "Return the only expression of `op` and `parts`."
    (setv
      key #(op parts)
      e (.get @_known key))
    (when (is e None)
      (setv e (Expression op parts))
      (when (> e.width WIDEST) (raise (TooWide)))
      (@keep e.width)
      (setv (get @_known key) e))
    e)

  (meth keep [n]
    "Forget all derivatives if, with `n` more, there are too many alternatives."
    (+= @_kept n)
    (when (> @_kept KEPT)
      (setv @_kept 0)
      (for [e (list (.values @_known))]
        (setv e.needs None)
        (.clear e.derivatives))))

  (meth then [a b]
    "Return the expression of a text by `a`, then one by `b`."
    (setv before [])
    (while (and (= a.op "cat") a.parts)
      (.append before (get a.parts 0))
      (setv a (get a.parts 1)))
    (for [part [a #* (reversed before)]]
      (setv b (cond
        (or (is part @nothing) (is b @nothing)) @nothing
        (is part @empty) b
        (= part.op "or") (@either (lfor each part.parts (@then each b)))
        (is b @empty) part
        True (@make "cat" #(part b)))))
    b)

  (meth either [parts]
    "Return the expression of a text by one of `parts`."
    (setv parts (_flat "or" parts))
    (cond
      (in @anything parts) @anything
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
          (@_sequence part (compiler._combine-flags flags added removed) rest leads inside))
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
    (without-warning parser.parse pattern)
    (except [error [re.error OverflowError]]
      (refuse 'match f": {(shown pattern)} is no regular expression: {error}"))))


(defn _singles [items flags]
  "Yield #(op value flags) for what demands single characters in a tree."
  (for [[op value] items]
    (cond
      (in op SINGLE) (yield #(op value flags))
      (= op codes.BRANCH) (for [part (get value 1)] (yield :from (_singles part flags)))
      (= op codes.SUBPATTERN) (do
        (setv [_ added removed part] value)
        (yield :from (_singles part (compiler._combine-flags flags added removed))))
      (or (in op REPEATS) (in op #{codes.ASSERT codes.ASSERT-NOT}))
        (yield :from (_singles (get value -1) flags)))))


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
  characters, and `blank` (size,) says which begin with a space. Raise `ValueError` if there is no such text, or only an empty one.]]

  (meth __init__ [pattern @vocabulary [@end ""]]
    (.__init__ (super) pattern
      (.join "" (dict.fromkeys (.join "" [#* vocabulary.units end]))) end)
    (setv
      spelled (lfor unit vocabulary.units (tuple (gfor c unit (get @class-of c))))
      numbers (dfor [n each] (enumerate (dict.fromkeys spelled)) each n)
      ;; Units that are alike to the pattern are tried once.
      [@_alike @_which] [(list numbers) (np.array (lfor each spelled (get numbers each)))]
      [@_whole @lengths] [@start vocabulary.lengths]
      @blank (np.array (lfor unit vocabulary.units (bool (re.match r"[^\S\n]" unit)))))
    (try
      (when end (setv @start (@_before-end)))
      (setv longer (@both [@_whole (@then (get @anything.parts 0) @anything)]))
      (except [TooWide] (@refuse-large)))
    (for [[e problem] [
        [@start f"no text by this model can match {(shown pattern)}"]
        [longer f"only an empty text can match {(shown pattern)}"]]]
      (when (= (@least e) inf)
        (if @gave-up? (@refuse-large) (refuse 'match ": " problem)))))

  (meth _before-end []
    "Return what is demanded of a text and its end, which comes but once."
    (setv
      end (lfor c @end (@make "set" (frozenset [(get @class-of c)])))
      over (reduce (fn [rest each] (@then each rest)) (reversed end) @empty)
      any-character (get @anything.parts 0)
      twice (@then @anything (@then over (@then any-character @anything)))
      begins? (any (gfor each (.values @_sets) (& each (. (get end 0) parts)))))
    (@both [(@then @start over) (if begins? (@no twice) @anything)]))

  (meth after [e text]
    "Return what is demanded after `text` (str), given that `e` was before it."
    (reduce @step (map @class-of.get text) e))

  (meth matches? [text]
    "Return whether all of `text` (str), without the end, matches."
    (. (@after @_whole text) nullable))

  (meth room? [e n]
    "Return whether a text of `n` characters or more can be what `e` demands."
    (try
      (< (@least (@both [e (@then (@repeated (get @anything.parts 0) n n) @anything)])) inf)
      (except [TooWide] False)))

  (meth needs [e]
    "Return how many characters are demanded at least after each unit (size,), ∞ if it can't come."
    (setv needs e.needs)
    (when (is needs None)
      (setv
        alike (lfor classes @_alike (@least (reduce @step classes e)))
        needs (get (np.array alike "float32") @_which))
      (unless (is @vocabulary.unknown None) (setv (get needs @vocabulary.unknown) inf))
      (@keep (// @vocabulary.size 20))  ; they take as much memory
      (setv e.needs needs))
    needs))
