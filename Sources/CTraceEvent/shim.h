// libtraceevent: event format texts to field layouts, and its own reader of ring-buffer pages (kbuffer).
#pragma once
#include <traceevent/event-parse.h>
#include <traceevent/kbuffer.h>
#include <traceevent/trace-seq.h>

// tep_print_event is variadic, which Swift cannot call: one event's fields as text, by its own print format.
static inline void kvmscope_print_event_info(struct tep_handle *tep, struct trace_seq *s, struct tep_record *record) {
  tep_print_event(tep, s, record, "%s", TEP_PRINT_INFO);
}
