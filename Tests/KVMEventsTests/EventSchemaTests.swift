import KVMEvents
import Testing

@Suite struct EventSchemaTests {
  @Test func namesAreUniqueAndSlotsSuffice() {
    var seen: Set<String> = []
    for schema in EventSchema.all {
      #expect(!schema.names.isEmpty)
      for name in schema.names {
        #expect(seen.insert(schema.system + ":" + name).inserted, "\(name)")
      }
      #expect(schema.fields.count <= EventSchema.maximumSlots)
      #expect(schema.fields.allSatisfy { !$0.isEmpty })
      #expect(schema.kind != .other)
    }
    #expect(seen.count > 30)
  }

  @Test func requiredSlotsAreFields() {
    for schema in EventSchema.all {
      #expect(
        schema.requiredSlots.allSatisfy { schema.fields.indices.contains($0) }, "\(schema.names)")
      #expect(schema.requiredSlots == schema.requiredSlots.sorted())
    }
  }

  /// The slot numbers are constants elsewhere: here they meet the fields' names.
  @Test(
    arguments: [
      (.entry, EntryField.vcpu, "vcpu_id"), (.exit, ExitField.vcpu, "vcpu_id"),
      (.exit, ExitField.reason, "exit_reason"), (.exit, ExitField.rip, "guest_rip"),
      (.exit, ExitField.isa, "isa"), (.exit, ExitField.errorCode, "error_code"),
      (.nestedExitInject, InjectField.reason, "exit_code"),
      (.nestedExitInject, InjectField.isa, "isa"),
      (.nestedEntry, NestedEntryField.nestedRIP, "nested_rip"),
      (.nestedEntry, NestedEntryField.isa, "isa"),
      (.userspaceExit, UserspaceExitField.reason, "reason"),
      (.userspaceExit, UserspaceExitField.errno, "errno"),
      (.fpu, FPUField.load, "load"), (.emulateInstruction, EmulateField.rip, "rip"),
      (.emulateInstruction, EmulateField.length, "len"),
      (.emulateInstruction, EmulateField.failed, "failed"),
      (.injectException, InjectExceptionField.vector, "exception"),
      (.smmTransition, SMMField.entering, "entering"),
      (.vcpuWakeup, WakeupField.nanoseconds, "ns"), (.vcpuWakeup, WakeupField.waited, "waited"),
      (.writeTSCOffset, WriteTSCOffsetField.previous, "previous_tsc_offset"),
      (.schedSwitch, SchedSwitchField.previousThread, "prev_pid"),
      (.schedSwitch, SchedSwitchField.nextThread, "next_pid"),
      (.schedSwitch, SchedSwitchField.previousState, "prev_state"),
    ] as [(EventKind, Int, String)])
  func slot(kind: EventKind, slot: Int, name: String) throws {
    let schema = try #require(EventSchema.all.first { $0.kind == kind })
    #expect(schema.fields[slot].contains(name))
  }
}
