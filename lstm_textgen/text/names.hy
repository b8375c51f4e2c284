#[[The names in a text, so that a model trained on it keeps to them.

Fine-tuned on a few pages, a model still has its base's people in mind: from 39% to 86% of the
names that it writes aren't in its text, and with each the text loses its thread. So a model keeps
the names of its text, and others become rarer (bench/log.md).]]

(eval-when-compile (require hyrule [meth unless]  lstm-textgen.basics.forms [defrecord]))
(import
  functools [lru-cache]
  math [log]
  re
  numpy :as np)

(setv
  LONGEST-TEXT 2_000_000  ; characters; a longer text teaches its names, and has too many
  MOST-NAMES 2000
  MOST-CAPITALS 0.1  ; of the words within sentences; from there on, they aren't names
  RARER (- (log 50))  ; added to the score of a unit that makes another name
  NAME-REACH 60  ; characters before a place that may belong to a name
  ANY-WORD (re.compile rf"[^\W\d_]{{1,{NAME-REACH}}}")
  WITHIN (re.compile r"(?<=(\S) )[^\W\d_]+"))  ; words, and what is before the space before them


(defn names-in [text]
  #[[Return the names in `text` (str), sorted, with spaces between.

  Those are words with a capital letter within a sentence, or that never come without one. A long
  text has none, nor has one with too many, as in German, where all nouns have capital letters. ::

      (names-in "Then it was Ann, and her old dog had gone, when it rained then.")   ; => "Ann"
  ]]
  (when (> (len text) LONGEST-TEXT) (return ""))
  (setv
    words (set (.findall ANY-WORD text))
    within (lfor
      found (.finditer WITHIN text)
      :if (or (.islower (get found 1)) (in (get found 1) ",;"))
      (get found 0))
    capitals (lfor word within :if (.isupper (get word 0)) word)
    many? (>= (sum (gfor word capitals (> (len word) 1))) (* MOST-CAPITALS (len within)))  ; not I
    names (| (set capitals)
      (sfor word words :if (and (.isupper (get word 0)) (not-in (.lower word) words)) word)))
  (if (or many? (> (len names) MOST-NAMES)) "" (.join " " (sorted names))))


(defn joined-names [one other]
  "Return the names in `one` and `other`, as of `names-in` or None; none if one has none."
  (setv names (if (and one other) (sorted (set (.split f"{one} {other}"))) []))
  (if (<= (len names) MOST-NAMES) (.join " " names) ""))


(defn names-for [vocabulary names seed]
  #[[Return the `Names` in a text after `seed` by a model with `names` (as above), or None.

  Those in the seed are among them. A model with a unit for unknown words knows hardly any other.]]
  (when (and names (is vocabulary.unknown None))
    (setv words (.findall ANY-WORD f"{names} {seed}"))
    (_names-of vocabulary (frozenset (gfor word words :if (.isupper (get word 0)) word)))))


(defclass Names []
  "Which units make a name that isn't `known` (a set), in each state that a text has come to."

  (meth __init__ [vocabulary @known]
    (setv
      @_units vocabulary.units
      letters (set (.join "" @_units))
      [small capital] (gfor test [str.islower str.isupper] (.join "" (filter test letters)))
      ;; Where a name may begin or continue: after a small letter or a comma.
      @_end (re.compile rf"[{small},;]( ?| [A{capital}][^\W\d_]*)\Z")  ; A: [] would be an error
      @_name (re.compile rf". ([A{capital}][^\W\d_]*)(.?)" re.DOTALL)
      @_begun (sfor name known n (range (len name)) (cut name (+ n 1)))
      @_states {}))

  (meth state [text]
    "Return the state at the end of `text`."
    (setv
      found (.search @_end text (max 0 (- (len text) NAME-REACH)))
      end (if found (get found 1) "")
      key (cond
        (not found) ""
        (or (< (len end) 2) (in (cut end 1 None) @_begun)) (+ "," end)
        (.islower (get end -1)) ","  ; after another name
        True ""))
    (unless (in key @_states)
      (setv (get @_states key) (State key (when key (@_change key)) {})))
    (get @_states key))

  (meth after [state id]
    "Return the state after the unit `id` in this `state`."
    (unless (in id state.next)
      (setv (get state.next id) (@state (+ state.text (get @_units id)))))
    (get state.next id))

  (meth _change [text]
    "Return what scores (size,) change by after `text`, or None."
    (setv change (np.zeros (len @_units) "float32"))
    (for [[id unit] (enumerate @_units)]
      (setv found (.match @_name (+ text unit)))
      (when (and found (not-in (get found 1) (if (get found 2) @known @_begun)))
        (setv (get change id) RARER)))
    (when (.any change) change)))


(defrecord State
  "The state after `text`: the `change` to scores (size,) or None, the `next` states by ids."
  [#^ str text  #^ object change  #^ dict next])


(setv _names-of ((lru-cache 8) Names))  ; the last few, as each text needs one
