#[[A memory: what the text so far says comes next.

It is a neural cache (Grave, Joulin and Usunier 2017, 'Improving Neural Language Models with a
Continuous Cache'), which needs no training. At each place of a text it keeps the network's output
h, and the unit that came next. Later the places after the same word or beginning of a word, or
after the same other character, say what came next there, each with a weight of softmax(2·h·h'):
the more, the more the network's output resembles that of then. That they must be after the same is
an addition. If they have the share s,

    p = (1 - s) · p of the model + s · p of the memory.

What continues a word, and what begins one with a capital letter, has a share of `recall`, the rest
of a word with a capital letter twice that, anything else a quarter: so names come back, and are
spelled as they were, but sentences don't.]]

(eval-when-compile (require hyrule [meth unless]))
(import
  collections [deque]
  numpy :as np
  lstm-textgen.writing.rules [Rule])

;; All were measured: see bench/log.md.
(setv
  RECALL 0.3  ; the share in generation, by readers
  SPELLED-SO-FAR 6  ; characters of a word so far, at its end
  SHARPNESS 2  ; times h·h'
  WITHIN-NAMES 2  ; times `recall`
  ELSEWHERE (/ 1 4)  ; times `recall`
  TAIL 30  ; characters of a text that are looked at
  APOSTROPHES "'’"  ; what follows one isn't a word of its own
  PLACES 4000  ; places, 8 MB with 512 hidden units: older ones are forgotten
  SPEAKERS 16  ; places at most, the latest after the same word
  TRACE 1e-30)  ; that the model is left with


(defclass Memory [Rule]
  #[[What a text of these `units` has had so far, with a share of `recall`.

  It knows what it was to `remember`. As a rule of a text it takes note of the text's units, but
  doesn't remember them: the copies that the texts after a seed have share its places.]]

  (meth __init__ [@units [@recall RECALL]]
    (setv
      @_tail ""  ; the last characters
      @_places {}  ; lists of places, #(id share output) each, by the characters before them
      @_keys (deque)))  ; what each place has before it, the oldest first

  (meth score [scores choice]
    (setv places (.get @_places (key-of @_tail)))
    (unless places (return))
    (setv
      logits choice.logits
      [next shares outputs] (map np.array (zip #* (cut places (- SPEAKERS) None)))
      likeness (@ outputs choice.output)
      weights (np.exp (* SHARPNESS (- likeness (.max likeness))))
      shares (* weights (/ shares (.sum weights)))
      top (.max logits)
      odds (np.exp (- logits top))  ; in proportion to those of the model, which has …
      scale (/ (.sum odds) (max TRACE (- 1 (.sum shares))))  ; … the rest of the share
      ids (np.unique (get next (> (.take logits next) (- np.inf))))  ; those that may come
      recalled (* scale (.take (np.bincount next shares) ids))
      change (- (+ top (np.log (+ (.take odds ids) recalled))) (.take logits ids)))
    (+= (get scores ids) (* choice.factor change)))

  (meth remember [id output]
    "Remember that the unit `id` came next, where the network's output was `output` (units,)."
    (setv [key unit] [(key-of @_tail) (get @units id)])
    (when key
      (setv share (min 1 (* @recall (times-recall @_tail unit))))
      (.append (.setdefault @_places key []) #(id share (.copy output)))
      (.append @_keys key))
    (when (> (len @_keys) PLACES)
      (setv oldest (.popleft @_keys))
      (.pop (get @_places oldest) 0)
      (unless (get @_places oldest) (del (get @_places oldest))))
    (@read unit))

  (meth read [text]
    (setv @_tail (cut (+ @_tail text) (- TAIL) None))))


(defn key-of [text]
  "Return what places must have before them to be like that after `text`, which may be empty."
  (setv
    word (letters-of text)
    before (cut text (- -1 (len word)) (- (len text) (len word)))
    mark (if (in (or before " ") APOSTROPHES) before " "))
  (if word (cut (+ mark word) (- SPELLED-SO-FAR) None) before))


(defn letters-of [text]
  "Return the letters at the end of `text`."
  (setv start (len text))
  (while (and start (.isalpha (get text (- start 1)))) (-= start 1))
  (cut text start None))


(defn times-recall [before unit]
  "Return what `recall` is multiplied by for the share of `unit` after the text `before`."
  (setv word (letters-of before))
  (cond
    (not (and word (.isalpha (get unit 0)))) (if (.isupper (cut (.lstrip unit) 1)) 1 ELSEWHERE)
    (.isupper (get word 0)) WITHIN-NAMES
    (> (len word) 1) 1
    True ELSEWHERE))
