#[[Makes the pictures of pages: `python -m hy tools/screenshots.hy KEEPER LOL [PREFIX]`.

They show real models, KEEPER fine-tuned on lighthouse.txt as in README and LOL trained on lol.txt,
and go into docs/pictures/. With a PREFIX such as /tmp/look- it makes pictures of every view of
KEEPER at both widths in light and dark, for inspection. Needs the extra `test` and Chromium.]]

(eval-when-compile (require hyrule [unless]))
(import
  itertools [product]
  pathlib [Path]
  sys
  tempfile [TemporaryDirectory]
  lstm-textgen.textmodel [load]
  tests.browser [fragment open-page start-browser wait-for-end WRITTEN]
  tools.forms [ROOT])

(setv
  SEEDS {"keeper" "I went down"  "lol" "heylo"}
  SETTINGS {"temperature" "0.6"  "rng_seed" "5"  "length" "240"  "fast" "1"}
  VIEWS ["write" "cells" "about"]
  WIDE {"width" 1600  "height" 1000}
  NARROW {"width" 360  "height" 740}
  ;; The pictures in the documentation: their names, and the models and views that they show.
  SHOWN {"playground" ["keeper" "write"]  "cells" ["lol" "cells"]}
  PICTURE {"width" 1120  "height" 640})


(defn main [keeper lol [prefix None]]
  "Take the pictures of the models at the paths `keeper` and `lol`."
  (with [folder (TemporaryDirectory)]
    (setv paths (dfor name SEEDS name (/ (Path folder) f"{name}.html")))
    (for [[path model] (zip (.values paths) [keeper lol])]
      (.page (load model) path))
    (for [browser (start-browser)]
      (if prefix
        (for [[view size scheme] (product VIEWS [WIDE NARROW] ["light" "dark"])]
          (take browser (get paths "keeper") view
            f"{prefix}{view}-{(get size "width")}-{scheme}.png"
            :viewport size :color-scheme scheme))
        (for [[name [model view]] (.items SHOWN)]
          (take browser (get paths model) view (str (/ ROOT "docs" "pictures" f"{name}.png"))
            :viewport PICTURE :device-scale-factor 1.5))))))


(defn take [browser path view target #** options]
  "Let the page at `path` generate a passage, and save a picture of its `view` as `target`."
  (setv seed (get SEEDS path.stem))
  (with [page (open-page browser path (fragment :seed seed #** SETTINGS) #** options)]
    (wait-for-end page)
    (unless (= view "write")
      (.click page f"#tab-{view}"))
    (.evaluate page "scrollTo(0, 0)")
    (when (= view "write")
      (show-alternatives page))
    (.wait-for-timeout page 500)
    (.screenshot page :path target)
    (print target)))


(defn show-alternatives [page]
  "Open the alternatives of a surprising letter in the first lines."
  (setv box (.bounding-box (. (.locator page f"{WRITTEN} .s3") first)))
  (.click page.mouse (+ (get box "x") 3) (+ (get box "y") (/ (get box "height") 2))))


(when (= __name__ "__main__")
  (main #* (cut sys.argv 1 None)))
