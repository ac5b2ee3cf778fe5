(defsymphony "Half and half" {:rebalance-frequency :weekly, :rebalance-threshold 0.05}
  (asset "SPY" nil))
