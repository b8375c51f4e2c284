#[[Curves drawn with braille patterns, whose dots make a terminal's cell two wide and four high.

Rich has no plots, and this needs no more than to set dots.]]

(import
  math)

(setv
  BLANK 0x2800  ; the braille pattern without a dot
  ;; The bit of each dot in a cell, by its row and column.
  DOTS [[0x01 0x08] [0x02 0x10] [0x04 0x20] [0x40 0x80]])


(defn draw-curves [curves width height x-range y-range]
  #[[Return the picture of `curves` as `height` rows of `width` cells, #(character index) each.

  A curve is a list of points #(x y), drawn as a line; `index` is that of the last curve with a dot
  in the cell, None where there is none. The ranges are #(least most); y is on a logarithmic scale,
  since losses fall fast at first. Points outside are drawn at the edge.]]
  (setv
    patterns (lfor _ (range height) (* [BLANK] width))
    owners (lfor _ (range height) (* [None] width))
    place (_placing (* 2 width) (* 4 height) x-range y-range))
  (for [[index curve] (enumerate curves)
        [column row] (_dots-of (lfor point curve (place point)))]
    (setv [y x] [(// row 4) (// column 2)])
    (|= (get patterns y x) (get DOTS (% row 4) (% column 2)))
    (setv (get owners y x) index))
  (lfor
    [row whose] (zip patterns owners)
    (lfor [code owner] (zip row whose) #((if (= code BLANK) " " (chr code)) owner))))


(defn _placing [columns rows x-range y-range]
  "Return a function from a point to its dot #(column row), counted from the top left."
  (setv
    [left right] x-range
    [low high] (map math.log y-range))
  (fn [point]
    (setv
      [x y] point
      across (/ (- x left) (or (- right left) 1))
      up (/ (- (math.log (max y 1e-9)) low) (or (- high low) 1)))
    #((_clamp (* across (- columns 1)) columns)
      (_clamp (* (- 1 up) (- rows 1)) rows))))


(defn _clamp [x n]
  "Return `x` as the nearest whole number from 0 to below `n`."
  (max 0 (min (- n 1) (round x))))


(defn _dots-of [dots]
  "Yield the dots of the line through `dots`, #(column row) each."
  (for [[k [x y]] (enumerate dots)]
    (setv
      [u v] (get dots (max 0 (- k 1)))
      steps (max 1 (abs (- x u)) (abs (- y v))))
    (for [n (range 1 (+ steps 1))]
      (yield #(
        (round (+ u (* (- x u) (/ n steps))))
        (round (+ v (* (- y v) (/ n steps)))))))))
