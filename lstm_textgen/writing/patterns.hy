#[[Regular expressions as automata: which units may follow so that the whole text can still match.

Python's own parser reads the pattern and its own engine says which characters a class has, so a
pattern means what it means in `re`. What no automaton can do, such as a reference to a group, is
refused.]]

(eval-when-compile (require hyrule [meth unless]))
(import
  functools [reduce]
  math [inf]
  re
  re._compiler :as compiler
  re._constants :as codes
  re._parser :as parser
  numpy :as np
  lstm-textgen.basics.messages [refuse]
  lstm-textgen.basics.values [quoted without-warning]
  lstm-textgen.writing.expressions [Expressions TooWide])

(setv
  LONGEST-PATTERN 500  ; characters of a pattern
  MOST-IN-RANGES 500_000  ; code points in the ranges of its classes; Python lists them
  SINGLE #{codes.LITERAL codes.NOT-LITERAL codes.ANY codes.IN}  ; what demands one character
  REPEATS #{codes.MAX-REPEAT codes.MIN-REPEAT}
  ANCHORS-BEFORE #{codes.AT-BEGINNING codes.AT-BEGINNING-STRING}
  ANCHORS-AFTER #{codes.AT-END codes.AT-END-STRING})


(defclass Automaton [Expressions]
  #[[The automaton of the regular expression `pattern` over `characters` (str).

  `class-of` is a dict from each character to that which stands for it; those of the `end`, which
  ends a text, stand for themselves. `start` is what the pattern demands of a whole text, in which
  an `end` of one character doesn't occur. It has but one line (`one-line?`) if a dot, and each
  class, keeps line ends out. Raise `ValueError` for what isn't a regular expression, for one that
  no automaton can do, and where it grows too large.]]

  (meth __init__ [@pattern @characters [@end ""]]
    (when (> (len pattern) LONGEST-PATTERN)
      (refuse 'match f" has {(len pattern) :,} characters; give at most {LONGEST-PATTERN}"))
    (.__init__ (super) characters)
    (setv [@_accepts @_listed] [{} 0])
    (try
      (setv
        tree (_parsed pattern)
        @start (@_sequence tree tree.state.flags @empty))
      (except [RecursionError]
        (refuse 'match f": {(shown pattern)} is nested too deeply"))
      (except [TooWide]
        (@refuse-large)))
    (setv
      sets (set (.values @_accepts))
      dots? (any (gfor [op _ flags] @_accepts (and (= op codes.ANY) (not (& flags re.DOTALL)))))
      rows (dfor c characters c #((when (in c end) c) #* (gfor each sets (in c each))))
      first (dfor [c row] (.items rows) row c)
      @class-of (dfor [c row] (.items rows) c (get first row))
      @classes (list (.values first))
      @one-line? (and dots? (not (any (gfor each sets (in "\n" each)))))))

  (meth refuse-large []
    "Raise `ValueError`, as the automaton grows too large."
    (refuse 'match f": {(shown @pattern)} grows too large; give a simpler one"))

  (meth _sequence [items flags rest [first True] [inside False]]
    #[[Return the expression of what `items` demand, then `rest`.

    `first`: nothing precedes them. `inside`: they are repeated, so the rest isn't known here.]]
    (for [[n [op value]] (reversed (list (enumerate items)))]
      (setv leads (and first (= n 0)))
      (setv rest (cond
        (in op SINGLE) (do
          (setv accepted (@_accepted op value flags))
          (@then (if accepted (@make "set" accepted) @nothing) rest))
        (in op REPEATS) (do
          (setv
            [least most part] value
            part (@_sequence part flags @empty False True))
          (@then (@repeated part least (when (!= most codes.MAXREPEAT) most)) rest))
        (= op codes.BRANCH)
          (@either (lfor part (get value 1) (@_sequence part flags rest leads inside)))
        (= op codes.SUBPATTERN) (do
          (setv [_ added removed part] value)
          (@_sequence part (_combined flags added removed) rest leads inside))
        (and (in op #{codes.ASSERT codes.ASSERT-NOT}) (= (get value 0) 1) (not inside)) (do
          (setv ahead (@_sequence (get value 1) flags @anything False))
          (@both [(if (= op codes.ASSERT) ahead (@no ahead)) rest]))
        (= op codes.FAILURE) @nothing
        (and (= op codes.AT) leads (in value ANCHORS-BEFORE)) rest
        (and (= op codes.AT) (in value ANCHORS-AFTER) (not inside) (not (& flags re.MULTILINE)))
          (if (or (is rest @empty) (= value codes.AT-END-STRING))
            (if rest.nullable @empty @nothing)
            ;; Python's $ is also before a line end that ends the text.
            (@both [rest (@either
              [@empty (@make "set" (@_accepted codes.LITERAL (ord "\n") flags))])]))
        True (refuse 'match f": {(shown @pattern)} has "
          (.get UNABLE op "what no automaton can do") "; "
          "leave it out, or give a function of the text in Python"))))
    rest)

  (meth _accepted [op value flags]
    "Return the characters (frozenset) that what demands a single one accepts."
    (setv key #(op (if (= op codes.IN) (tuple value) value) flags))
    (unless (in key @_accepts)
      (when (= op codes.IN)
        (+= @_listed (sum (gfor
          [kind range] value
          :if (= kind codes.RANGE)
          (- #* (reversed range)))))
        (when (> @_listed MOST-IN-RANGES) (raise (TooWide))))
      (setv state (parser.State))
      (setv state.flags flags)
      (setv
        test (compiler.compile (parser.SubPattern state [#(op value)]))
        accepted (frozenset (.findall test @characters))
        (get @_accepts key) (if (= (len @end) 1) (- accepted (frozenset @end)) accepted)))
    (get @_accepts key)))


(setv UNABLE {
  codes.GROUPREF "a reference to a group"
  codes.GROUPREF-EXISTS "a condition on a group"
  codes.ATOMIC-GROUP "an atomic group"
  codes.POSSESSIVE-REPEAT "a possessive repeat"
  codes.ASSERT "a look-behind, or a look-ahead that is repeated"
  codes.ASSERT-NOT "a look-behind, or a look-ahead that is repeated"
  codes.AT "an anchor, such as \\b, within the text"})


(defn shown [pattern]
  "Return the beginning of `pattern`, quoted."
  (quoted (if (> (len pattern) 40) (+ (cut pattern 40) "…") pattern)))


(defn _parsed [pattern]
  "Return the tree of `pattern`; raise `ValueError` if it isn't a regular expression."
  (try
    (without-warning parser.parse pattern)
    (except [error [re.error OverflowError]]
      (refuse 'match f": {(shown pattern)} is no regular expression: {error}"))))


(defn _combined [flags added removed]
  "Return the `flags` within a group for which some are `added` and `removed`, as `re` does."
  (setv kinds parser.TYPE-FLAGS)  ; of which there is one
  (& (| (if (& added kinds) (& flags (bnot kinds)) flags) added) (bnot removed)))


;; * Over a vocabulary

(defclass Guide [Automaton]
  #[[What `pattern` demands of texts of the units of `vocabulary`; a text matches as a whole.

  A text that must be followed by `end`, as an item of a list is, is over with the first one, so
  that is part of what is demanded at the `start`. `lengths` (size,) are those of the units, in
  characters, `blank` (size,) says which begin with a space, and `marked` (size,) which have a mark
  that may end a sentence. Raise `ValueError` if there is no
  such text, or only an empty one.]]

  (meth __init__ [pattern @vocabulary [end ""]]
    (.__init__ (super) pattern
      (.join "" (dict.fromkeys (.join "" [#* vocabulary.units end]))) end)
    (setv
      spelled (lfor unit vocabulary.units (tuple (gfor c unit (get @class-of c))))
      numbers (dfor [n each] (enumerate (dict.fromkeys spelled)) each n)
      ;; Units that are alike to the pattern are tried once.
      [@_alike @_which] [(list numbers) (np.array (lfor each spelled (get numbers each)))]
      [@_whole @lengths] [@start vocabulary.lengths]
      @marked (np.array (lfor unit vocabulary.units (bool (re.search "[.!?…。！？]" unit))))
      @blank (np.array (lfor unit vocabulary.units (bool (re.match r"[^\S\n]" unit)))))
    (try
      (when end (setv @start (@_before-end)))
      (setv longer (@both [@_whole (@then @any @anything)]))
      (except [TooWide] (@refuse-large)))
    (for [[e problem] [
        [@start f"no text by this model can match {(shown pattern)}"]
        [longer f"only an empty text can match {(shown pattern)}"]]]
      (when (= (@least e) inf)
        (if @gave-up? (@refuse-large) (refuse 'match ": " problem)))))

  (meth _before-end []
    "Return what is demanded of a text and its end, which comes but once."
    (setv
      end (lfor c @end (@make "set" (frozenset c)))
      over (reduce (fn [rest each] (@then each rest)) (reversed end) @empty)
      twice (@then @anything (@then over (@then @any @anything)))
      begins? (any (gfor each (.values @_accepts) (in (get @end 0) each))))
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
      (< (@least (@both [e (@then (@repeated @any n n) @anything)])) inf)
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
