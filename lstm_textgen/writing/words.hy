#[[What a person may choose from: the most probable words, or phrases, to go on with.

All is as in generation at temperature 1: the model keeps to its names, breaks no line where its
text didn't, and offers no unknown word. It remembers a text earlier, though.]]

(eval-when-compile (require hyrule [meth unless]  lstm-textgen.basics.forms [defrecord]))
(import
  heapq [nlargest]
  math [exp inf]
  re
  threading [Lock]
  warnings
  numpy :as np
  lstm-textgen.text.looks [FULL-STOPS]
  lstm-textgen.text.wordends [LONGEST-WORD completes? typed-at-end words-of]
  lstm-textgen.writing.conversation [people-of roles]
  lstm-textgen.writing.ends [abbreviated?]
  lstm-textgen.writing.mixture [make-engine]
  lstm-textgen.writing.rules [usual-rules]
  lstm-textgen.writing.seeds [Seed as-read ways-on warn-of]
  lstm-textgen.writing.wordtree [TOGETHER Tree ln-sum])

(setv
  FEW-TOGETHER 4  ; texts that a smaller engine reads at once
  STORED-EACH 32  ; units between two places whose states are stored, besides the last ones
  LAST-PART 5000  ; characters of a text that are read, at least, and …
  PART-STEP 2500  ; … by how many its beginning moves on: until then, little is read again
  NEAR-SPACE 100  ; characters among which a space is looked for, to begin at
  REMEMBERS-FROM 100  ; characters of a text: after "once upon a time", "a" isn't always "a time"
  PATHS-OF-PHRASE 4  ; followed after each beginning
  LONGEST-OF-PHRASE 12  ; units of each word of a phrase, on average
  SHORTEST-PHRASE 2  ; words of letters
  FIRST-WORDS 3  ; times the number of phrases: the words that they may begin with
  CLAUSE-ENDS ",;:–—،，、；：")


(defrecord Suggestion
  #[[A way to go on: the `text` to add, and its `probability`.

  `word` is what people read: with what was typed of the word before, without white space around.]]
  [#^ str text  #^ str word  #^ float probability])


(defclass Suggester []
  #[[Suggests words and phrases by `model`, a `Checkpoint` or a `Mixture`.

  It stores states of the last text, so a longer or a changed one takes little reading. One thread
  at a time is served.]]

  (meth __init__ [@model]
    (setv
      @_engine (make-engine model)
      @_engines (lfor n [FEW-TOGETHER TOGETHER] (.like @_engine n))
      @_ids []
      @_states {0 (.copy-state @_engine)}
      @_outputs []
      @_memory None
      @_lock (Lock)))

  (meth words [text count [warn warnings.warn]]
    "Return a list of up to `count` `Suggestion`s: the words to go on with after `text`."
    (@phrases text count 1 warn))

  (meth phrases [text count words [warn warnings.warn]]
    #[[Return a list of up to `count` phrases of up to `words` words, each with another first one.

    The first words are good ones, the others the most probable after them that were found. A
    phrase ends with its sentence or line or, when it has half of its words, with a clause; it has
    at least `SHORTEST-PHRASE` words of letters. Of a list that offers items, these are the
    phrases. One call of `warn` names units that the model doesn't know.]]
    (setv wanted (if (= words 1) count (* FIRST-WORDS count)))
    (with [_ @_lock]
      (setv [tree sheet] (@_tree (last-part text) warn))
      (.grow tree wanted)
      (when (or (= words 1) (in sheet.state "IX"))
        (return (lfor [word odds] (.best-words tree count) (.suggestion sheet word odds))))
      (setv
        firsts (lfor [word _] (.best-words tree wanted) word)
        found {})
      (while (and firsts (< (len found) count))
        (setv
          n (- count (len found))
          phrases (@_grow-phrases tree (cut firsts n) words)
          firsts (cut firsts n None))
        (for [phrase phrases  :if phrase.found]
          (setv
            [_ _ text odds] (max phrase.found)
            each (.suggestion sheet text (exp odds)))
          (.setdefault found (.lower (get (words-of each.word) 0)) each))))
    (sorted (.values found) :key (fn [each] (- each.probability))))

  (meth _grow-phrases [tree firsts words]
    "Return the phrases in `tree` that begin with the words `firsts`, each a `Phrase`."
    (setv phrases (lfor
      word firsts
      :if (not-in "\n" word)
      :setv nodes (lfor node tree.nodes :if (= node.text word) node)
      :if nodes
      (Phrase (max nodes :key (fn [node] node.weight)) words)))
    (for [_ (range (* words LONGEST-OF-PHRASE))]
      (setv chosen (lfor
        phrase phrases
        pair (.next phrase @model.vocabulary.units)
        pair))
      (unless chosen (break))
      (for [start (range 0 (len chosen) TOGETHER)]
        (.read tree (cut chosen start (+ start TOGETHER)))))
    phrases)

  (meth _tree [text warn]
    "Return #(tree sheet): the `Tree` of what may follow `text`, and the `Sheet` that has it."
    (setv
      [model vocabulary] [@model @model.vocabulary]
      turn (turn-of model text)
      [text _ _ unknowns] (as-read vocabulary (+ text turn) False)
      sheet (Sheet turn #* (typed-in model text))
      rest (.half-typed vocabulary text)
      seed (Seed model (.removesuffix text rest) warn True REMEMBERS-FROM))
    (when (is vocabulary.unknown None) (warn-of unknowns vocabulary warn))  ; `text` lacks them
    (setv
      memory (@_read seed)
      ways (ways-on @_engine vocabulary rest)
      all (ln-sum (np.array (lfor way ways way.weight)))
      tree (Tree model @_engines sheet.state sheet.typed))
    (for [way ways]
      (setv rules (usual-rules seed memory))
      (for [rule rules] (.read rule (cut rest (- (len rest) way.typed))))
      (.set-state @_engine way.state)
      (.add-root tree way (.join "" seed.opening) rules @_engine.output all))
    #(tree sheet))

  (meth _read [seed]
    "Let the engine read `seed`, of which it may have read a part; return its memory, or None."
    (setv
      ids (.tolist seed.ids)
      same (next
        (gfor [n [one other]] (enumerate (zip ids @_ids)) :if (!= one other) n)
        (min (len ids) (len @_ids)))
      from (max (gfor n @_states :if (<= n same) n))
      longer? (and seed.memory @_memory (= same (len @_ids)))
      remembered (if longer? (len @_ids) (- (len ids) (len seed.own))))
    (setv @_outputs (cut @_outputs from))
    (.set-state @_engine (get @_states from))
    (for [n (range from (len ids))]
      (.append @_outputs (.copy @_engine.output))
      (.step @_engine (get ids n))
      (setv (get @_states (+ n 1)) (.copy-state @_engine)))
    (setv
      @_states (dfor [n state] (.items @_states)
        :if (and (<= n (len ids)) (or (= (% n STORED-EACH) 0) (>= n (- (len ids) STORED-EACH))))
        n state)
      @_ids ids
      @_memory (if longer? @_memory seed.memory))
    (when @_memory
      (for [n (range remembered (len ids))] (.remember @_memory (get ids n) (get @_outputs n))))
    @_memory))


(defn last-part [text]
  "Return the end of a long `text`, from a space on, or all of another."
  (setv
    start (* PART-STEP (max 0 (// (- (len text) LAST-PART) PART-STEP)))
    space (re.search r"\s" (cut text start (+ start NEAR-SPACE))))
  (cut text (+ start (if (and start space) (.start space) 0)) None))


(defrecord Sheet
  #[[What a person has typed: `typed` is the beginning of a word, in a `state` of wordends.hy.

  `turn` is what must come before the word that is added.]]
  [#^ str turn  #^ str state  #^ str typed]

  (meth suggestion [text probability]
    "Return the `Suggestion` to add `text`."
    (setv whole (+ (if (completes? @state text) @typed "") text))
    (Suggestion (+ @turn text) (or (.strip whole) whole) (min 1.0 probability))))


(defn typed-in [model text]
  #[[Return #(state typed): the state of the last word of `text`, and what it has of that.

  In a list of lines that mostly have at most `LONGEST-WORD` units, the words are its items.]]
  (setv own (get (.split text "\n") -1))
  (if (and (= model.settings.items "line") (<= (or model.facts.long-item inf) LONGEST-WORD))
    #((if own "I" "X") own)
    (typed-at-end text)))


(defn turn-of [model text]
  #[[Return the name and colon that `text` lacks at its end, a line of a chat; otherwise nothing.

  It is the turn of whom the person before spoke to last, or else of who writes most.]]
  (setv people (people-of model))
  (when (or (not people) (not (.endswith (+ "\n" text) "\n"))) (return ""))
  (setv spoke (lfor
    line (reversed (.split text "\n"))
    :setv name (get (.partition line ":") 0)
    :if (in name people)
    name))
  (unless spoke (return f"{(get people 0)}:"))
  (setv [last #* _] spoke)
  f"{(next (gfor name spoke :if (!= name last) name) (get (roles people None last) 0))}:")


(defclass Phrase []
  #[[A phrase that begins with the word of a `Node` `first`, with up to `words` words.

  `found` lists those that are whole: #(ended? mean-odds text odds), where they have ended with a
  sentence or a clause, or not, and `odds` are ln of a probability. So the highest has ended, if
  any has, and its words are the most probable on average.]]

  (meth __init__ [first @words]
    (setv
      @found []
      @_chosen []
      @_first first))

  (meth next [units]
    #[[Return a list of #(node id): what is to be read after what was chosen before.

    What repeats two words of the phrase, as networks like to do, isn't continued.]]
    (setv
      nodes (if @_first [@_first] (lfor [node id] @_chosen (get node.children id)))
      ways [])
    (for [node nodes]
      (setv
        ended? (@_ended? node)
        over? (or ended? (= node.words @words))
        own (words-of node.text)
        pairs (list (zip own (cut own 1 None)))
        scrap? (< (len own) SHORTEST-PHRASE)
        ids (cond  @_first node.row.end  over? node.row.go-on  True (np.arange (len node.odds))))
      (when (or (and over? scrap?) (< (len (set pairs)) (len pairs))) (continue))
      (when over? (@_find ended? node (ln-sum (get node.odds node.row.end))))
      (for [id (best-ids node.odds ids)]
        (cond
          (!= (get units id 0) "\n") (.append ways #((get node.odds id) node id))
          (not scrap?) (@_find False node (float (get node.odds id))))))
    (setv
      @_first None
      best (max (gfor [ended? odds #* _] @found :if ended? odds) :default (- inf))
      last (max (gfor [_ odds #* _] @found odds) :default (- inf))
      @_chosen (lfor
        [odds node id] (nlargest PATHS-OF-PHRASE ways :key (fn [way] (get way 0)))
        ;; At best, all that follows is certain.
        :if (> (/ odds @words) (if (or (< node.words @words) (@_ended? node)) best last))
        #(node id)))
    @_chosen)

  (meth _find [ended? node odds]
    "Add the text of `node` to those found; `odds` are those that it ends there."
    (.append @found #(ended? (/ odds node.words) (.rstrip node.text) odds)))

  (meth _ended? [node]
    "Return whether a sentence, or a long enough clause, ends with the last word of `node`."
    (setv word (cut node.text node.begun None))
    (or (and (> node.words 1) (not (abbreviated? (.rstrip node.text)))
          (any (gfor mark FULL-STOPS (in mark word))))
      (and (>= node.words (/ @words 2)) (any (gfor mark CLAUSE-ENDS (in mark word)))))))


(defn best-ids [odds ids]
  "Return the list of those few of `ids` (n,) that have the highest `odds` (size,)."
  (setv some (get odds ids))
  (when (> (len ids) PATHS-OF-PHRASE)
    (setv ids (get ids (cut (np.argpartition some (- PATHS-OF-PHRASE)) (- PATHS-OF-PHRASE) None))))
  (.tolist ids))
