(defsymphony "Tabs" {}
	(group "bonds"	[
		(asset "TLT" nil)	(aset "IEF" nil)]))
