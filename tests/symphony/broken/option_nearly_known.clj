(defsymphony "Half and half" {:rebalance-frequncy :daily}
  (asset "SPY" nil))
