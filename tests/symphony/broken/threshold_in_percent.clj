(defsymphony "Half and half" {:rebalance-threshold 5}
  (asset "SPY" nil))
