"The network and the epochs that are chosen by default."

(import
  pytest
  lstm-textgen.sizing [choose-layers default-epochs])

(setv pytestmark pytest.mark.quick)


(defn choice [units [epochs 12] [minutes None]]
  "Return the size of the network chosen, and its dropout."
  (setv [[lstm #* dropout] _] (choose-layers units epochs minutes))
  #(lstm.size (if dropout (. (get dropout 0) size) 0)))


(defn [(pytest.mark.parametrize #("minutes" "size") [
    #(None 384) #(0.1 256) #(1 256) #(2 384) #(3 512) #(10 768) #(30 768) #(600 768)])]
    test-more-time-brings-a-larger-network [minutes size]
  (assert (= (get (choice 1_000_000 :minutes minutes) 0) size)))


(defn [(pytest.mark.parametrize #("units" "minutes" "size") [
    #(90_000 None 768) #(90_000 0.1 256) #(90_000 1 512) #(90_000 3 768) #(300_000 None 384)
    #(4_500_000 None 384) #(4_500_000 1 256) #(4_500_000 3 384) #(4_500_000 30 768) #(100_000_000 3 384) #(100_000_000 10 512)])]
    test-a-small-text-brings-a-larger-network-and-a-large-one-a-smaller [units minutes size]
  (assert (= (get (choice units :minutes minutes) 0) size)))


(defn test-fewer-epochs-bring-a-larger-network []
  (assert (= (get (choice 1_000_000 :epochs 1) 0) 512)))


(defn [(pytest.mark.parametrize #("units" "epochs" "minutes" "dropout") [
    #(1_000_000 7 None 0.3) #(1_000_000 1 None 0.1) #(90_000 12 None 0.5) #(90_000 0 None 0.5)
    #(90_000 12 1 0.4) #(90_000 12 0.5 0.3) #(1_000_000 12 3 0.2) #(4_500_000 12 3 0) #(4_500_000 12 10 0)
    #(2_000_000 12 30 0.2) #(1_000_000 2 30 0.1) #(100_000_000 0 None 0) #(1_000_000 0 60 0.5)])]
    test-a-text-that-is-read-more-often-brings-more-dropout [units epochs minutes dropout]
  (assert (= (get (choice units epochs minutes) 1) dropout)))


(defn [(pytest.mark.parametrize #("units" "epochs") [#(1000 9) #(1_000_000 7) #(100_000_000 3)])]
    test-a-shorter-text-gets-more-epochs [units epochs]
  (assert (= (default-epochs units) epochs)))
