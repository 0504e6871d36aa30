# SPDX-License-Identifier: GPL-3.0-or-later
#
# Firmware for a board with an ARM Cortex-M0: link, core, cortex and the board's folder in one go, without
# a C library. Made when arm-none-eabi-gcc is installed.
#     kitlog_cortex_firmware(NAME CPU)
# gives the target NAME_firmware -> firmware/NAME.elf, and sets KITLOG_ELF to that file where it is made.
find_program(KITLOG_ARM_GCC arm-none-eabi-gcc)
find_program(KITLOG_ARM_OBJCOPY arm-none-eabi-objcopy)
find_program(KITLOG_ARM_SIZE arm-none-eabi-size)
option(KITLOG_ARM "Build the firmware for the micro:bit and the Pico, if arm-none-eabi-gcc is there" ON)

if(KITLOG_ARM AND (NOT KITLOG_ARM_GCC OR NOT KITLOG_ARM_OBJCOPY OR NOT KITLOG_ARM_SIZE))
	message(STATUS "No arm-none-eabi-gcc: no firmware for the micro:bit and the Pico "
		"(Debian: gcc-arm-none-eabi)")
	set(KITLOG_ARM OFF)
endif()

function(kitlog_cortex_firmware name cpu)
	set(KITLOG_ELF "" PARENT_SCOPE)
	if(NOT KITLOG_ARM)
		return()
	endif()
	set(firmware ${PROJECT_SOURCE_DIR}/firmware)
	set(folders ${firmware}/link ${firmware}/core ${firmware}/boards/cortex ${firmware}/boards/${name})
	set(sources)
	set(others)
	foreach(folder ${folders})
		file(GLOB found CONFIGURE_DEPENDS ${folder}/*.c)
		list(APPEND sources ${found})
		file(GLOB found CONFIGURE_DEPENDS ${folder}/*.h ${folder}/libc/*.h ${folder}/*.ld)
		list(APPEND others ${found})
	endforeach()
	set(warnings -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wstrict-prototypes)
	if(KITLOG_WERROR)
		list(APPEND warnings -Werror)
	endif()
	set(elf ${PROJECT_BINARY_DIR}/firmware/${name}.elf)
	add_custom_command(
		OUTPUT ${elf}
		COMMAND ${CMAKE_COMMAND} -E make_directory ${PROJECT_BINARY_DIR}/firmware
		COMMAND ${KITLOG_ARM_GCC} -mcpu=${cpu} -mthumb -std=gnu17 -Os -g -DCORE_STREAMS=5
			-ffreestanding -nostdlib -fno-tree-loop-distribute-patterns
			-ffunction-sections -fdata-sections -Wl,--gc-sections ${warnings}
			-I${firmware} -isystem ${firmware}/boards/cortex/libc
			-L${firmware}/boards/cortex -T${firmware}/boards/${name}/memory.ld
			${sources} -lgcc -o ${elf}
		COMMAND ${KITLOG_ARM_SIZE} ${elf}
		DEPENDS ${sources} ${others}
		COMMENT "Firmware for the board ${name}"
		VERBATIM)
	add_custom_target(${name}_firmware ALL DEPENDS ${elf})
	set(KITLOG_ELF ${elf} PARENT_SCOPE)
endfunction()
