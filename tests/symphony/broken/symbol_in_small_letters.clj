(defsymphony "Half and half" {:rebalance-frequency :daily}
  (weight-equal [
    (asset "SPY" nil)
    (asset "tlt" nil)]))
