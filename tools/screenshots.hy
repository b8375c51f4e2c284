#[[Makes the pictures of pages: `python -m hy tools/screenshots.hy MODEL [PREFIX]`.

They show a real MODEL and its text, and go into docs/pictures/. With a PREFIX such as /tmp/look-
it makes all of them, of every view at both widths in light and dark, for inspection. Needs the
extra `test` and Chromium.]]

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
  SETTINGS {"seed" "heylo"  "temperature" "0.7"  "rng_seed" "4"  "length" "700"  "fast" "1"}
  VIEWS ["write" "cells" "about"]
  WIDE {"width" 1600  "height" 1000}
  NARROW {"width" 360  "height" 740}
  ;; The pictures in the documentation: their names, and the views that they show.
  SHOWN {"playground" "write"  "cells" "cells"}
  PICTURE {"width" 1120  "height" 760})


(defn main [model [prefix None]]
  "Take the pictures of the model at the path `model`."
  (with [folder (TemporaryDirectory)]
    (setv path (/ (Path folder) "page.html"))
    (.page (load model) path)
    (for [browser (start-browser)]
      (if prefix
        (for [[view size scheme] (product VIEWS [WIDE NARROW] ["light" "dark"])]
          (take browser path view f"{prefix}{view}-{(get size "width")}-{scheme}.png"
            :viewport size :color-scheme scheme))
        (for [[name view] (.items SHOWN)]
          (take browser path view (str (/ ROOT "docs" "pictures" f"{name}.png"))
            :viewport PICTURE :device-scale-factor 1.5))))))


(defn take [browser path view target #** options]
  "Let the page at `path` generate a passage, and save a picture of its `view` as `target`."
  (with [page (open-page browser path (fragment #** SETTINGS) #** options)]
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
