#[[What is demanded of a text, and what of its rest after a character.

A demand is an `Expression`, and so is what it demands of the rest of the text after a character,
the derivative (Brzozowski 1964): after `dr`, `dragon` demands `agon`. A text is as demanded if
nothing more is demanded of it. Derivatives are made when a text first needs them, and kept for a
while, so a demand takes time only for the texts that are tried. What would take too long counts as
what can't be met: no text goes there.]]

(eval-when-compile (require hyrule [meth unless]))
(import
  heapq [heappop heappush]
  math [inf]
  weakref [WeakValueDictionary])

(setv
  MOST-WIDTH 3000  ; alternatives that an expression may have
  MOST-SEARCHED 5000  ; alternatives of the expressions that a search goes through
  KEPT-WIDTH 200_000  ; alternatives of the expressions whose derivatives are kept: tens of MB
  FAR 1e9)  ; characters; what demands more demands this many


(defclass TooWide [Exception]
  "An expression would have too many alternatives.")


(defclass Expression []
  #[[What is demanded of the rest of a text.

  `op` is set (of characters), cat, or, and, not or repeat, `parts` what it joins. `nullable` says
  whether the rest may be empty, `least` how many characters it has at least; unless `sure?`, as
  after `and` and `not`, it may have to have more. `width` is the number of alternatives to follow
  at once. `derivatives` is a dict from a character to what is demanded after it, `needs` what a
  `Guide` keeps of it.]]

  (meth __init__ [@op @parts]
    (setv
      some (cond (= op "repeat") (cut parts 1)  (= op "set") []  True parts)
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


(defclass Expressions []
  #[[The expressions about texts of `characters` (str).

  Those in `classes` stand for all others, which are alike to the expressions. `gave-up?` says
  whether anything would have taken too long.]]

  (meth __init__ [characters]
    (setv
      [@known @_kept] [(WeakValueDictionary) 0]
      [@classes @gave-up?] [characters False]
      @nothing (@make "or" #())
      @empty (@make "cat" #())
      @any (@make "set" (frozenset characters))
      @anything (@make "repeat" #(@any 0 None))))

  ;; * Steps

  (meth step [e c]
    "Return what `e` demands after the character `c`, one of `classes` (None: unknown)."
    (try
      (@derive e c)
      (except [[TooWide RecursionError]]
        (setv
          @gave-up? True
          (get e.derivatives c) @nothing)
        @nothing)))

  (meth derive [e c]
    "Return what `step` does, or raise `TooWide`."
    (setv rest (.get e.derivatives c))
    (when (is rest None)
      (setv
        rest (@_derivative e c)
        (get e.derivatives c) rest))
    rest)

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

    This is the search A*, which trusts each `least` that is sure, and corrects the others.]]
    (unless e.sure?
      (setv
        depths {e 0}
        before {}
        closed []
        [waiting searched] [[#(e.least 0 0 e)] 0])
      (while waiting
        (setv
          [least up _ nearest] (heappop waiting)
          depth (- up))
        (when (or nearest.sure? (= least inf) (> searched MOST-SEARCHED)) (break))
        (when (= depth (get depths nearest))  ; otherwise a shorter way to it was found
          (.append closed nearest)
          (for [after (dict.fromkeys (gfor c @classes (@step nearest c)))]
            (+= searched after.width)
            (when (< (+ depth 1) (.get depths after inf))
              (setv
                (get depths after) (+ depth 1)
                (get before after) nearest)
              (heappush waiting #((+ depth 1 after.least) (- -1 depth) searched after)))))
        (else (setv least inf)))
      (for [each closed]
        (setv each.least (max each.least (- least (get depths each)))))
      (when (and (< least inf) (not nearest.sure?)) (setv [@gave-up? e.least] [True inf]))
      (setv e.sure? True)
      (while (and (< e.least inf) (is-not nearest e))
        (setv
          nearest (get before nearest)
          nearest.sure? True)))
    e.least)

  ;; * Expressions from others

  (meth make [op parts]
    "Return the only expression of `op` and `parts`."
    (setv
      key #(op parts)
      e (.get @known key))
    (when (is e None)
      (setv e (Expression op parts))
      (when (> e.width MOST-WIDTH) (raise (TooWide)))
      (@keep e.width)
      (setv (get @known key) e))
    e)

  (meth keep [n]
    "Forget all derivatives if, with `n` more, there are too many alternatives."
    (+= @_kept n)
    (when (> @_kept KEPT-WIDTH)
      (setv @_kept 0)
      (for [known (.valuerefs @known)  :setv e (known)  :if e]  ; other threads may add some
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
      True (@make "repeat" #(a least most)))))


(defn _flat [op parts]
  "Return the frozenset of `parts`, with the parts of those that are of this `op` themselves."
  (frozenset (gfor part parts  each (if (= part.op op) part.parts [part]) each)))
