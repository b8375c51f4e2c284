#[[Draws pictures of the documentation: `python -m hy tools/figures.hy MODEL`.

Numbers in those of docs/how-it-works.md are computed by MODEL, which was trained on lol.txt; that
of docs/report.md is a sketch. They are SVG files with colors for light and dark pages.]]

(import
  html [escape]
  math
  sys
  numpy :as np
  lstm-textgen.modelfile.checkpoint [load-checkpoint]
  lstm-textgen.writing.engine [softmax]
  lstm-textgen.writing.mixture [make-engine]
  tools.forms [ROOT])

(setv
  SEED "heylo"
  BEFORE "CAT: "  ; what the network has read before SEED
  BEFORE-CHOICE "DOG: heylo, my "
  TEMPERATURES [0.3 0.7 1.0 1.5]
  STYLE #[[<style>
:root {
  --ink: #211e1a; --soft: #6a6359; --line: #a39a8c; --back: #f5f1e9; --on: #fff;
  --one: #b9340f; --two: #20708a }
@media (prefers-color-scheme: dark) { :root {
  --ink: #ece6da; --soft: #a89f92; --line: #756c61; --back: #23201d; --on: #22120a;
  --one: #ff9468; --two: #6bc0d8 } }
text { font: 14px system-ui, sans-serif; fill: var(--ink) }
.soft { fill: var(--soft) }
.small { font-size: 12px }
.mid { text-anchor: middle }
.end { text-anchor: end }
.bold { font-weight: 600 }
.code { font-family: ui-monospace, 'DejaVu Sans Mono', monospace; white-space: pre }
.box { fill: var(--back); stroke: var(--one) }
.on { fill: var(--on) }
.one { fill: var(--one) }
.two { fill: var(--two) }
.line { fill: none; stroke: var(--line); stroke-width: 1.5 }
.curve { fill: none; stroke-width: 2.5; stroke-linejoin: round }
.curve.one { stroke: var(--one); fill: none }
.curve.two { stroke: var(--two); fill: none }
</style>
<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7"
  orient="auto"><path d="M0 0 8 4 0 8z" fill="var(--line)"/></marker></defs>]])


(defn main [model]
  "Draw all pictures, of the model at the path `model`."
  (setv model (load-checkpoint model))
  (for [[name picture] (.items {
      "network" (network model)
      "cell" (cell)
      "streams" (streams (.read-text (/ ROOT "corpora" "lol.txt") :encoding "utf-8"))
      "loss" (loss model.history)
      "choosing" (choosing model)
      "reading" (reading)})]
    (setv path (/ ROOT "docs" "pictures" f"{name}.svg"))
    (.write-text path picture :encoding "utf-8")
    (print path)))


;; * Shapes

(defn svg [width height title #* parts]
  "Return a picture of this size and `title`, made of `parts` (strings)."
  (+ f"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" "
    f"width=\"{width}\" height=\"{height}\" role=\"img\">\n<title>{title}</title>\n"
    (.join "\n" [STYLE #* parts]) "\n</svg>\n"))


(defn text [x y words [kind ""]]
  "Return `words` at a place."
  f"<text x=\"{x :g}\" y=\"{y :g}\" class=\"{kind}\">{(escape (shown words))}</text>")


(defn shown [words]
  "Return `words` with symbols for invisible characters."
  (.replace (.replace words " " "␣") "\n" "⏎"))


(defn label [x y words [kind ""]]
  "Return `words` at a place, with unchanged spaces."
  f"<text x=\"{x :g}\" y=\"{y :g}\" class=\"{kind}\">{(escape words)}</text>")


(defn box [x y width height [kind "box"] [more ""]]
  "Return a box with round corners."
  (+ f"<rect x=\"{x :g}\" y=\"{y :g}\" width=\"{width :g}\" height=\"{height :g}\" "
    f"rx=\"{(min 6 (/ height 4)) :g}\" class=\"{kind}\" {more}/>"))


(defn arrow [#* points]
  "Return a line through `points`, with a tip."
  (path points "line" "marker-end=\"url(#tip)\""))


(defn path [points kind [more ""]]
  "Return a line through `points`."
  (setv places (.join " " (gfor [x y] points f"{x :.4g} {y :.4g}")))
  f"<path d=\"M{places}\" class=\"{kind}\" {more}/>")


(defn node [x y sign]
  "Return a circle with a `sign` in it, an operation on each number."
  (+ f"<circle cx=\"{x}\" cy=\"{y}\" r=\"12\" class=\"box\"/>" (label x (+ y 5) sign "mid bold")))


;; * The network

(defn network [model]
  "Draw the way from characters to predictions."
  (setv
    vocabulary model.vocabulary
    engine (make-engine model)
    parts [])
  (for [id (.encode vocabulary BEFORE)]
    (.step engine (int id)))
  (for [[n id] (enumerate (.encode vocabulary SEED))]
    (setv
      odds (softmax (.step engine (int id)))
      x (+ 110 (* n 132))
      best (cut (np.argsort (- odds)) 3))
    (.extend parts (column x (get SEED n) (int id) (get model.weights 0 id)))
    (.extend parts (bars (- x 30) 20 (lfor b best #((get vocabulary.units b) (get odds b)))))
    (.append parts (arrow #((+ x 10) 110) #((+ x 10) 88)))
    (when n
      (.append parts (arrow #((- x 83) 132) #((- x 29) 132)))))
  (setv left (gfor
    [y words] [[54 "prediction"] [137 "LSTM"] [222 "embedding"] [296 "id"]
      [332 "character"]]
    (label 0 y words "soft small")))
  (svg 760 350 "Characters become ids, ids become embeddings, the LSTM reads them one by one"
    #* left #* parts))


(defn column [x unit id embedding]
  "Return the column below the predictions of one character: LSTM, embedding, id."
  (setv cells (gfor
    [n value] (enumerate (cut embedding 8))
    (box (- x 1) (+ 178 (* n 11)) 22 10 (if (> value 0) "one" "two")
      f"fill-opacity=\"{(min 1 (* 1.6 (abs value))) :.2f}\"")))
  [(box (- x 28) 111 76 42)
   (label (+ x 10) 137 "LSTM" "mid small bold")
   (arrow #((+ x 10) 175) #((+ x 10) 155))
   #* cells
   (label (+ x 10) 296 (str id) "mid code")
   (text (+ x 10) 332 unit "mid code bold")
   (arrow #((+ x 10) 283) #((+ x 10) 270))
   (arrow #((+ x 10) 319) #((+ x 10) 301))])


(defn bars [x y odds]
  "Return a bar for each #(unit probability)."
  (lfor
    [n [unit p]] (enumerate odds)
    part (bar x (+ y (* n 21)) unit p 46)
    part))


(defn bar [x y unit p width]
  "Return a `unit`, a bar for its probability `p` (`width` long for 1), and the percentage."
  [(text x (+ y 11) unit "code small bold")
   (box (+ x 19) (+ y 1) (max 1 (* width p)) 12 "one")
   (label (+ x 24 (* width p)) (+ y 11) f"{p :.0%}" "soft small")])


;; * The cell

(defn cell []
  "Draw what happens in an LSTM layer at one step."
  (setv gates (lfor
    [x name sign] [
      [210 "forget" "σ"] [290 "input" "σ"] [370 "candidate" "tanh"] [450 "output" "σ"]]
    part [
      (box (- x 26) 176 52 30 "one")
      (label x 196 sign "mid bold on")
      (label x 226 name "mid small soft")
      (arrow #(x 252) #(x 232))]
    part))
  (svg 720 300 "One step of an LSTM: gates decide what is forgotten, added and shown"
    (box 150 22 430 240)
    (arrow #(80 70) #(196 70)) (arrow #(222 70) #(317 70)) (arrow #(342 70) #(660 70))
    (path [[80 252] [450 252]] "line")
    #* gates
    (arrow #(210 176) #(210 84))
    (arrow #(290 176) #(290 128) #(317 128)) (arrow #(370 176) #(370 128) #(343 128))
    (arrow #(330 116) #(330 84))
    (arrow #(450 176) #(450 150) #(507 150)) (arrow #(520 70) #(520 92))
    (arrow #(520 118) #(520 136)) (arrow #(533 150) #(660 150))
    (box 494 93 52 25 "one") (label 520 110 "tanh" "mid small bold on")
    (node 210 70 "×") (node 330 70 "+") (node 330 128 "×") (node 520 150 "×")
    (label 72 75 "c" "end bold code") (label 72 95 "memory" "end small soft")
    (label 72 257 "x, h" "end bold code") (label 72 277 "what is read" "end small soft")
    (label 668 75 "c" "bold code") (label 668 155 "h" "bold code")
    (label 668 175 "output" "small soft")))


;; * Streams

(defn streams [corpus]
  "Draw how a text is cut into streams and windows."
  (setv
    [rows windows width] [3 3 26]
    sample (cut corpus 1200)
    length (// (len sample) rows)
    parts [])
  (for [row (range rows)]
    (setv y (+ 52 (* row 40)))
    (.append parts (label 70 (+ y 5) f"row {(+ row 1)}" "end small soft"))
    (for [window (range windows)]
      (setv
        start (+ (* row length) (* window width))
        x (+ 84 (* window 218)))
      (.append parts (box x (- y 15) 206 28))
      (.append parts (text (+ x 8) (+ y 4) (cut sample start (+ start width)) "code small"))
      (when (< window (- windows 1))
        (.append parts (arrow #((+ x 206) y) #((+ x 217) y)))))
    (.append parts (label 742 (+ y 5) "…" "soft")))
  (for [window (range windows)]
    (.append parts (label (+ 187 (* window 218)) 22 f"step {(+ window 1)}" "mid small bold")))
  (svg 760 156 "The text, cut into as many streams as a batch has rows, read window by window"
    #* parts))


;; * Plots

(defn loss [history]
  "Draw the losses of a run, in bits per character."
  (setv
    curves (dfor
      name ["loss" "validation_loss"]
      name (lfor entry history (/ (get entry name) (math.log 2))))
    most (math.ceil (max (get curves "loss"))))
  (defn place [n value]
    #((+ 70 (/ (* 560 n) (- (len history) 1))) (- 230 (* 200 (/ value most)))))
  (defn curve [name kind title]
    (setv
      points (lfor [n value] (enumerate (get curves name)) (place n value))
      [x y] (get points -1))
    [(path points f"curve {kind}")
     (label (+ x 8) (+ y (if (= kind "one") 12 -2)) title f"small bold {kind}")])
  (setv
    levels (lfor
      n (range (+ most 1))
      :setv [_ y] (place 0 n)
      part [
        (path [[70 y] [630 y]] "line" "stroke-opacity=\".35\"")
        (label 60 (+ y 5) (str n) "end small soft")]
      part)
    epochs (lfor
      n (range (len history))
      (label (get (place n 0) 0) 250 (str (+ n 1)) "mid small soft")))
  (svg 740 282 "The loss of a run: it falls fast, then slowly" #* levels #* epochs
    (label 350 275 "epoch" "mid small soft") (label 0 18 "bits per character" "small soft")
    #* (curve "loss" "one" "training") #* (curve "validation_loss" "two" "validation")))


(defn choosing [model]
  "Draw the probabilities of the likeliest characters at several temperatures."
  (setv
    vocabulary model.vocabulary
    engine (make-engine model))
  (for [id (.encode vocabulary BEFORE-CHOICE)]
    (.step engine (int id)))
  (setv
    logits (.astype engine.logits "float64")
    best (cut (np.argsort (- logits)) 9)
    parts [])
  (for [[n temperature] (enumerate TEMPERATURES)]
    (setv
      odds (softmax (/ logits temperature))
      x (+ 10 (* n 188)))
    (.append parts (label (+ x 4) 20 f"temperature {temperature :g}" "small bold"))
    (for [[k id] (enumerate best)]
      (.extend parts (bar (+ x 4) (+ 34 (* k 21)) (get vocabulary.units id) (get odds id) 100))))
  (svg 760 232 f"What may follow “{BEFORE-CHOICE}”, at four temperatures" #* parts))


;; * How a report is read

(defn reading []
  "Sketch two curves of the loss and two of calibration, one good and one bad of each."
  (defn falling [height low turn]
    (lfor n (range 13)
      #((* 10 n) (+ low (* height (math.exp (* -0.5 n))) (* turn (max 0 (- n 4)))))))
  (defn sure [bend]
    (lfor n (range 11)
      #((* 12 n) (- 120 (* 12 n) (* bend (math.sin (/ (* math.pi n) 10)))))))
  (svg 740 190 "Good and bad curves in a report"
    #* (sketch 10 "Learning" [[(falling 65 45 0) "one"] [(falling 90 20 0) "two"]])
    #* (sketch 195 "Overfitting" [[(falling 75 30 5) "one"] [(falling 95 8 0) "two"]])
    #* (sketch 380 "Calibrated" [[(sure 4) "one"]] True)
    #* (sketch 565 "Overconfident" [[(sure -28) "one"]] True)))


(defn sketch [left title curves [diagonal False]]
  #[[Return a chart at the place `left`.

  `curves` are #(points kind) each: the points of a loss count upward, those of a calibration
  downward, along its dashed `diagonal`.]]
  (setv place (fn [x y] #((+ left 10 x) (+ 30 (if diagonal y (- 120 y))))))
  [ (path [[(+ left 10) 30] [(+ left 10) 150] [(+ left 130) 150]] "line")
    #* (if diagonal
      [(path [(place 0 120) (place 120 0)] "line" "stroke-dasharray=\"5 4\"")]
      [])
    #* (gfor [points kind] curves
      (path (lfor [x y] points (place x y)) f"curve {kind}"))
    (label (+ left 70) 18 title "mid small bold")
    (label (+ left 70) 170 (if diagonal "predicted" "epochs") "mid small soft")
    #* (if diagonal
      [(label (+ left 14) 44 "right" "small soft")]
      [(label (+ left 95) (- 144 (get (get (get curves 0) 0) -1 1)) "validation" "mid small one")
       (label (+ left 95) (- 144 (get (get (get curves 1) 0) -1 1)) "training" "mid small two")])])


(when (= __name__ "__main__")
  (main (get sys.argv 1)))
