module example.com/siem-only-go

go 1.25.11

require (
	defender-mssp.example/sdk/go/defendermssp v0.0.0
	github.com/pulumi/pulumi/sdk/v3 v3.259.0
)

// The SDK is on no server: its archive is unpacked into this folder.
replace defender-mssp.example/sdk/go/defendermssp => ./sdk
