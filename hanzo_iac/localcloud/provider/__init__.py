"""
A DigitalOcean resource provider for Pulumi that speaks only DigitalOcean's HTTP API.

It answers to the unmodified `pulumi_digitalocean` SDK wherever the official plugin cannot be had, against the local
cloud's emulator or the real API: the only difference is the address. Read from the bottom up:

    fields      what a property may hold: type, required, replaces, default
    check       what a program wrote -> the same with defaults and a name, and everything that is wrong with it
    compare     wanted inputs and known state -> what changes and what replaces
    settings    configuration and environment -> token, address, patience
    api         one HTTP call; which may be repeated, and what to say when it fails
    call        one engine call's patience: waiting, locks, messages
    resources/  one table entry per resource type with its few HTTP calls
    operations  create with look-up and adoption, read, update, delete: plain values in and out
    invokes     the SDK's `get_*` functions
    values      the engine's wire values and ours
    servicer    the gRPC face of all that
"""
