(defsymphony {:rebalance-frequency :daily}
  (asset "SPY" nil))
