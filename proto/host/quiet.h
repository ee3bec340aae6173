// protobuf writes a line to stderr for each text that is not UTF-8: whoever sends rubbish could fill the disk's log. What is
// wrong with a message is said by whoever decodes it.
#pragma once

namespace flotilla::wire {

void quiet_protobuf();  // any thread, any number of times

}  // namespace flotilla::wire
