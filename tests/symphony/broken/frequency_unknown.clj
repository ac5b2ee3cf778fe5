(defsymphony "Half and half" {:rebalance-frequency :hourly}
  (asset "SPY" nil))
