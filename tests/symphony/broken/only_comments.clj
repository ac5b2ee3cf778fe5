; To do: write this symphony.
; (asset "SPY" nil)
